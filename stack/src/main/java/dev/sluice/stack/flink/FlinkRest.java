package dev.sluice.stack.flink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.time.Waiting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Flink's REST interface, as far as jobs are submitted, watched and cancelled through it. Every call is bounded in time. */
public final class FlinkRest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);
    private static final Duration SUBMIT_WITHIN = Duration.ofMinutes(3);
    private static final Set<String> ENDED = Set.of("FINISHED", "FAILED", "CANCELED", "SUSPENDED");

    private final String url;

    public FlinkRest(String url) {
        this.url = url;
    }

    /** A job as the cluster sees it; {@code state} is Flink's word (RUNNING is not health: see {@link #rootException}). */
    public record Job(String id, String name, String state) {
        public boolean isEnded() {
            return ENDED.contains(state);
        }
    }

    /** Number of registered TaskManagers. */
    public int taskManagers() {
        return get("/overview").path("taskmanagers").asInt();
    }

    /** Resource ids of the registered TaskManagers; one that died is listed until its heartbeat times out. */
    public Set<String> taskManagerIds() {
        Set<String> ids = new HashSet<>();
        get("/taskmanagers")
                .path("taskmanagers")
                .forEach(one -> ids.add(one.path("id").asText()));
        return ids;
    }

    public List<Job> jobs() {
        List<Job> jobs = new ArrayList<>();
        for (JsonNode job : get("/jobs/overview").path("jobs")) {
            jobs.add(new Job(
                    job.path("jid").asText(),
                    job.path("name").asText(),
                    job.path("state").asText()));
        }
        return jobs;
    }

    /** The running (or restarting) job of that name; of several the one that runs. */
    public Optional<Job> activeJob(String name) {
        List<Job> active = activeJobs(name);
        return active.stream()
                .filter(job -> job.state().equals("RUNNING"))
                .findFirst()
                .or(() -> active.stream().findFirst());
    }

    /** All jobs of that name that have not ended: more than one when somebody submitted a copy. */
    public List<Job> activeJobs(String name) {
        return jobs().stream()
                .filter(job -> job.name().equals(name) && !job.isEnded())
                .toList();
    }

    /** When the newest checkpoint of a job was completed; empty before the first. */
    public Optional<Instant> lastCheckpoint(String jobId) {
        JsonNode at = get("/jobs/" + jobId + "/checkpoints")
                .path("latest")
                .path("completed")
                .path("latest_ack_timestamp");
        return at.isNumber() ? Optional.of(Instant.ofEpochMilli(at.asLong())) : Optional.empty();
    }

    public String state(String jobId) {
        return get("/jobs/" + jobId).path("state").asText();
    }

    /** The newest failure of a job, one that it recovered from included; empty when there was none. */
    public Optional<String> rootException(String jobId) {
        JsonNode entries = get("/jobs/" + jobId + "/exceptions?maxExceptions=1")
                .path("exceptionHistory")
                .path("entries");
        return entries.isEmpty()
                ? Optional.empty()
                : Optional.of(entries.get(0).path("stacktrace").asText());
    }

    /** User accumulators: name to Flink's text of the value. */
    public Map<String, String> accumulators(String jobId) {
        Map<String, String> values = new HashMap<>();
        for (JsonNode value : get("/jobs/" + jobId + "/accumulators").path("user-task-accumulators")) {
            values.put(value.path("name").asText(), value.path("value").asText());
        }
        return values;
    }

    /** Uploads a job jar and runs its class; returns the id of the job. */
    public String run(Path jar, String entryClass, List<String> arguments) {
        String jarId = upload(jar);
        try {
            ObjectNode body = JSON.createObjectNode().put("entryClass", entryClass);
            ArrayNode list = body.putArray("programArgsList");
            arguments.forEach(list::add);
            HttpRequest request = request("/jars/" + jarId + "/run", SUBMIT_WITHIN)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                    .build();
            return send(request, "the job could not be submitted").path("jobid").asText();
        } finally {
            send(request("/jars/" + jarId, ANSWER_WITHIN).DELETE().build(), "the job jar could not be removed");
        }
    }

    private String upload(Path jar) {
        String boundary = "sluice-" + System.nanoTime();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try {
            body.writeBytes(("--" + boundary + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\""
                            + jar.getFileName() + "\"\r\nContent-Type: application/java-archive\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            body.writeBytes(Files.readAllBytes(jar));
            body.writeBytes(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1304, "the job jar " + jar + " is not readable", "build or unpack Sluice again", e);
        }
        HttpRequest request = request("/jars/upload", SUBMIT_WITHIN)
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                .build();
        String file = send(request, "the job jar could not be uploaded")
                .path("filename")
                .asText();
        return file.substring(file.lastIndexOf('/') + 1);
    }

    public void cancel(String jobId) {
        HttpRequest request = request("/jobs/" + jobId + "?mode=cancel", ANSWER_WITHIN)
                .method("PATCH", HttpRequest.BodyPublishers.noBody())
                .build();
        send(request, "the job could not be cancelled");
    }

    /** Waits until the job has ended; returns its last state. */
    public String awaitEnd(String jobId, Duration atMost) throws InterruptedException {
        return Waiting.atMost(atMost)
                .answer(() -> Optional.of(state(jobId)).filter(ENDED::contains))
                .orElseGet(() -> state(jobId));
    }

    /** Sum over all subtasks and vertices of every metric whose name ends with {@code suffix}. */
    public Map<String, Double> metrics(String jobId, String contains) {
        Map<String, Double> sums = new HashMap<>();
        for (JsonNode vertex : get("/jobs/" + jobId).path("vertices")) {
            String path = "/jobs/" + jobId + "/vertices/" + vertex.path("id").asText() + "/subtasks/metrics";
            List<String> names = new ArrayList<>();
            for (JsonNode metric : get(path)) {
                if (metric.path("id").asText().contains(contains)) {
                    names.add(metric.path("id").asText());
                }
            }
            if (!names.isEmpty()) {
                for (JsonNode metric : get(path + "?agg=sum&get=" + String.join(",", names))) {
                    sums.merge(metric.path("id").asText(), metric.path("sum").asDouble(), Double::sum);
                }
            }
        }
        return sums;
    }

    private JsonNode get(String path) {
        return send(request(path, ANSWER_WITHIN).GET().build(), "asking the Flink cluster for " + path + " failed");
    }

    private HttpRequest.Builder request(String path, Duration within) {
        return HttpRequest.newBuilder(URI.create(url + path)).timeout(within);
    }

    private JsonNode send(HttpRequest request, String failure) {
        try {
            HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw new SluiceException(ErrorCode.E1307, failure + ": " + rootCause(response.body()), "");
            }
            return response.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(response.body());
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1306,
                    "the Flink cluster at " + url + " does not answer ("
                            + e.getClass().getSimpleName() + ")",
                    "run `sluice up` and `sluice status`",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E1901, failure + ": interrupted", "", e);
        }
    }

    /** The cluster answers with stack traces; what a user can use is our own message in it, or the last cause. */
    static String rootCause(String body) {
        String text = body;
        try {
            List<String> errors = new ArrayList<>();
            JSON.readTree(body).path("errors").forEach(error -> errors.add(error.asText()));
            text = errors.isEmpty() ? body : errors.getLast();
        } catch (IOException e) {
            // Not JSON: take it as it is.
        }
        String ours = "dev.sluice.spec.errors.SluiceException: ";
        int at = text.lastIndexOf(ours);
        String cause = "Caused by: ";
        int from = at >= 0 ? at + ours.length() : text.contains(cause) ? text.lastIndexOf(cause) + cause.length() : 0;
        int end = text.indexOf("\n\tat ", from);
        return (end < 0 ? text.substring(from) : text.substring(from, end)).strip();
    }
}

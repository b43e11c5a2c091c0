package dev.sluice.torture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.torture.check.Finding;
import dev.sluice.torture.fault.FaultClass;
import dev.sluice.torture.workload.Workload;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a run came to.
 *
 * @param findings the first ones
 * @param findingCount all of them
 * @param problems what else went wrong: no progress in time, a checker that could not go on
 */
public record TortureReport(
        TortureOptions options,
        double seconds,
        Workload.Tally workload,
        long sourceTransactions,
        long dataSnapshots,
        long upkeepSnapshots,
        long exactCommits,
        long hotReadings,
        long rowsRead,
        long filesChecked,
        List<Endured> endured,
        List<Finding> findings,
        int findingCount,
        List<String> problems) {

    public TortureReport {
        endured = List.copyOf(endured);
        findings = List.copyOf(findings);
        problems = List.copyOf(problems);
    }

    /** Classes that were asked for and were never seen to hit. */
    public List<FaultClass> neverFired() {
        Map<FaultClass, Integer> fired = fired();
        return options.faults().stream()
                .filter(kind -> !fired.containsKey(kind) && !skipped().containsKey(kind))
                .sorted()
                .toList();
    }

    /** Classes that this machine does not allow, and never did in this run, and why. */
    public Map<FaultClass, String> skipped() {
        Map<FaultClass, String> skipped = new EnumMap<>(FaultClass.class);
        endured.stream()
                .filter(one -> one.outcome().skipped()
                        && !fired().containsKey(one.fault().kind()))
                .forEach(one -> skipped.put(one.fault().kind(), one.outcome().evidence()));
        return skipped;
    }

    private Map<FaultClass, Integer> fired() {
        Map<FaultClass, Integer> fired = new EnumMap<>(FaultClass.class);
        endured.stream()
                .filter(one -> one.outcome().fired())
                .forEach(one -> fired.merge(one.fault().kind(), 1, Integer::sum));
        return fired;
    }

    /** Whether nothing is wrong with the lake, and the run has tested what it was to test. */
    public boolean passed() {
        return findingCount == 0 && problems.isEmpty() && neverFired().isEmpty();
    }

    public Distribution recovery() {
        return Distribution.of(endured.stream()
                .filter(one -> one.outcome().fired())
                .flatMapToDouble(one -> one.recoverySeconds().stream()));
    }

    /** For people. */
    public String text() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "seed %d, %.0f s", options.seed(), seconds));
        lines.add(String.format(
                Locale.ROOT,
                "source      %,d transactions committed, %,d rolled back, %,d failed; the oracle read %,d",
                workload.committed(),
                workload.rolledBack(),
                workload.failed(),
                sourceTransactions));
        lines.add(String.format(
                Locale.ROOT,
                "lake        %,d data snapshots and %,d of upkeep compared, %,d exact commits, %,d rows read, %,d files"
                        + " looked at; the hot table compared %,d times",
                dataSnapshots,
                upkeepSnapshots,
                exactCommits,
                rowsRead,
                filesChecked,
                hotReadings));
        fired().forEach((kind, count) -> lines.add(String.format("fired       %-26s %d", kind.label(), count)));
        skipped().forEach((kind, why) -> lines.add(String.format("SKIPPED     %-26s %s", kind.label(), why)));
        neverFired().forEach(kind -> lines.add("NEVER FIRED " + kind.label()));
        lines.add("recovery    " + recovery().text() + " from a fault to the next exact commit");
        problems.forEach(problem -> lines.add("PROBLEM     " + problem));
        findings.forEach(finding -> lines.add("MISMATCH    " + finding.line()));
        lines.add(findingCount + " mismatches. " + (passed() ? "PASSED" : "FAILED"));
        return String.join("\n", lines);
    }

    public String json() {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode node = json.createObjectNode();
        node.put("seed", options.seed());
        node.put("passed", passed());
        node.put("seconds", seconds);
        node.putObject("source")
                .put("committed", workload.committed())
                .put("rolledBack", workload.rolledBack())
                .put("failed", workload.failed())
                .put("readByOracle", sourceTransactions);
        node.putObject("lake")
                .put("dataSnapshots", dataSnapshots)
                .put("upkeepSnapshots", upkeepSnapshots)
                .put("exactCommits", exactCommits)
                .put("hotReadings", hotReadings)
                .put("rowsRead", rowsRead)
                .put("filesChecked", filesChecked);
        ArrayNode faults = node.putArray("faults");
        endured.forEach(one -> add(faults.addObject(), one));
        ObjectNode fired = node.putObject("fired");
        fired().forEach((kind, count) -> fired.put(kind.label(), count));
        ObjectNode skipped = node.putObject("skipped");
        skipped().forEach((kind, why) -> skipped.put(kind.label(), why));
        ArrayNode never = node.putArray("neverFired");
        neverFired().forEach(kind -> never.add(kind.label()));
        recovery().write(node.putObject("recoverySeconds"));
        node.put("mismatches", findingCount);
        ArrayNode found = node.putArray("firstMismatches");
        findings.forEach(finding -> add(found.addObject(), finding));
        ArrayNode wrong = node.putArray("problems");
        problems.forEach(wrong::add);
        try {
            return json.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(ObjectNode node, Endured one) {
        node.put("fault", one.fault().kind().label())
                .put("at", one.outcome().firedAt().toString())
                .put("lengthMillis", one.fault().length().toMillis())
                .put("delayMillis", one.fault().delay().toMillis())
                .put("fired", one.outcome().fired())
                .put("evidence", one.outcome().evidence());
        one.recoverySeconds().ifPresent(seconds -> node.put("recoverySeconds", seconds));
        one.progressSeconds().ifPresent(seconds -> node.put("secondsAfterHealing", seconds));
    }

    private static void add(ObjectNode node, Finding finding) {
        node.put("check", finding.check().letter())
                .put("table", finding.table())
                .put("snapshot", finding.snapshot())
                .put("position", finding.position())
                .put("text", finding.text());
        ArrayNode keys = node.putArray("keys");
        finding.keys().forEach(keys::add);
    }
}

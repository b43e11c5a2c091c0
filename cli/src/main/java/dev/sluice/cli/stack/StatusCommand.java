package dev.sluice.cli.stack;

import static dev.sluice.cli.output.Listing.number;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.cli.output.Listing;
import dev.sluice.cli.pipeline.HealthProbe;
import dev.sluice.cli.pipeline.PipelineHealth;
import dev.sluice.cli.pipeline.PipelinesCommand;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.ServerStatus;
import dev.sluice.stack.ServerStatus.State;
import dev.sluice.stack.StackConfig.Store;
import dev.sluice.trino.query.OutputFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice status}: servers and pipelines, and whether they are well. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Shows the servers of the local stack and the pipelines, and whether they are well.",
            "Exit code 3 when something is not.",
            "  eval \"$(sluice status -o env)\"     the addresses and secrets of the stack as variables"
        })
public final class StatusCommand implements Callable<Integer> {
    private enum Format {
        TABLE,
        JSON,
        ENV
    }

    private final Session session;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "TABLE",
            description = "table, json or env. Default: table.")
    private Format format;

    public StatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (!SessionStack.exists(session)) {
            session.say("There is no local stack in " + session.home() + "; `sluice up` starts one.");
            return ExitCode.UNHEALTHY;
        }
        LocalStack stack = SessionStack.open(session, Store.AUTO);
        if (format == Format.ENV) {
            new TreeMap<>(stack.environment())
                    .forEach((name, value) -> session.out().println("export " + name + "='" + value + "'"));
            return ExitCode.OK;
        }
        CompletableFuture<List<PipelineHealth>> asked =
                CompletableFuture.supplyAsync(() -> new HealthProbe(session).all());
        List<ServerStatus> servers = stack.status();
        List<PipelineHealth> pipelines = asked.join();
        if (format == Format.JSON) {
            session.out().println(asJson(servers, pipelines));
        } else {
            write(servers);
            if (!pipelines.isEmpty()) {
                session.out().println();
                PipelinesCommand.write(pipelines, OutputFormat.TABLE, session);
            }
        }
        boolean serversWell = servers.stream().allMatch(server -> server.state() == State.RUNNING);
        boolean pipelinesWell = pipelines.stream().allMatch(PipelineHealth::isWell);
        return serversWell && pipelinesWell ? ExitCode.OK : ExitCode.UNHEALTHY;
    }

    private void write(List<ServerStatus> servers) {
        Listing listing = new Listing(
                Listing.text("server"),
                Listing.text("state"),
                number("pid"),
                Listing.text("url"),
                Listing.text("detail"));
        for (ServerStatus server : servers) {
            listing.row(
                    server.server().label(),
                    text(server.state()),
                    server.pid() == 0 ? null : server.pid(),
                    server.url(),
                    server.detail());
        }
        listing.write(OutputFormat.TABLE, session.out());
    }

    private static String asJson(List<ServerStatus> servers, List<PipelineHealth> pipelines) {
        ObjectNode status = new ObjectMapper().createObjectNode();
        ArrayNode list = status.putArray("servers");
        for (ServerStatus server : servers) {
            list.addObject()
                    .put("server", server.server().label())
                    .put("state", text(server.state()))
                    .put("pid", server.pid())
                    .put("url", server.url())
                    .put("detail", server.detail());
        }
        ArrayNode states = status.putArray("pipelines");
        pipelines.forEach(pipeline -> states.add(pipeline.toJson()));
        status.put(
                "healthy",
                servers.stream().allMatch(server -> server.state() == State.RUNNING)
                        && pipelines.stream().allMatch(PipelineHealth::isWell));
        return status.toPrettyString();
    }

    private static String text(State state) {
        return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}

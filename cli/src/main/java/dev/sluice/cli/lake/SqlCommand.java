package dev.sluice.cli.lake;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.cli.output.OutputOption;
import dev.sluice.cli.pipeline.FileOption;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.trino.asof.AsOfPoint;
import dev.sluice.trino.asof.AsOfRewriter;
import dev.sluice.trino.asof.LakeSnapshotLookup;
import dev.sluice.trino.asof.TableScope;
import dev.sluice.trino.query.TrinoQuery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice sql}: one statement on Trino, as of now or of a position. */
@Command(
        name = "sql",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a statement on Trino.",
            "  sluice sql \"SELECT count(*) FROM bronze.orders\"",
            "  sluice sql --as-of 0/1A2B3C4D \"SELECT ...\"    every table at this LSN",
            "  sluice sql --as-of 2026-01-31T10:00:00Z -o csv - < query.sql"
        })
public final class SqlCommand implements Callable<Integer> {
    private static final int QUERY_BYTES_MAX = 1 << 20;

    private final Session session;

    @Parameters(paramLabel = "QUERY", arity = "0..1", defaultValue = "-", description = "The statement; - reads stdin.")
    private String query;

    @Option(
            names = "--as-of",
            paramLabel = "POSITION",
            description = "Read all tables as of an LSN, a time of the source, or a tag.")
    private String asOf;

    @Mixin
    private OutputOption output;

    @Mixin
    private FileOption file;

    public SqlCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Optional<AsOfPoint> position = Optional.ofNullable(asOf).map(AsOfPoint::parse);
        PipelineSpec spec = file.spec(session);
        String statement = stripped(query.equals("-") ? standardInput() : query);
        String pinned = position.map(at -> pinned(statement, at, spec)).orElse(statement);
        try (TrinoQuery trino = TrinoSessions.open(spec.models())) {
            Thread cancel = new Thread(trino::cancel, "cancel-query");
            Runtime.getRuntime().addShutdownHook(cancel);
            try {
                trino.run(pinned, output.format().writer(session.out()));
            } finally {
                removeHook(cancel);
            }
        }
        session.out().flush();
        return ExitCode.OK;
    }

    private static String pinned(String statement, AsOfPoint position, PipelineSpec spec) {
        try (LakeCatalog catalog = LakeCatalog.open(spec.catalog())) {
            return new AsOfRewriter(TableScope.ofCatalog(spec.models().trinoCatalog(), Optional.empty()))
                    .rewrite(statement, position, new LakeSnapshotLookup(catalog, spec.pipeline()));
        }
    }

    /** Trino takes one statement and no semicolon. */
    private static String stripped(String text) {
        String trimmed = text.strip();
        return trimmed.endsWith(";") ? trimmed.substring(0, trimmed.length() - 1) : trimmed;
    }

    private static String standardInput() {
        try {
            return new String(System.in.readNBytes(QUERY_BYTES_MAX), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading the statement from stdin", e);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending and the hook has run.
            return;
        }
    }
}

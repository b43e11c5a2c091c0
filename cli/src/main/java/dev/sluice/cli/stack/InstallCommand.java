package dev.sluice.cli.stack;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.stack.fetch.FetchDisplay;
import dev.sluice.stack.fetch.MinioFinder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sluice install minio}. */
@Command(
        name = "install",
        mixinStandardHelpOptions = true,
        description = "Builds MinIO by its own `go install`, for `sluice up --store minio`; needs Go.")
public final class InstallCommand implements Callable<Integer> {
    /** What can be installed. */
    enum Tool {
        MINIO
    }

    private final Session session;

    @Parameters(paramLabel = "minio", description = "The only one.")
    private Tool tool;

    public InstallCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Exception {
        session.out()
                .println(
                        switch (tool) {
                            case MINIO ->
                                MinioFinder.install(
                                        session.home(), new FetchDisplay(System.err, session.interactive()));
                        });
        return ExitCode.OK;
    }
}

package dev.sluice.stack.server;

import dev.sluice.stack.StackServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** One server of the stack: how to prepare, start and ask it. */
public interface Server {
    StackServer id();

    /** Ports that it listens on; they must be free before it starts. */
    List<Integer> ports();

    /** What to show to a user. */
    String url();

    /** Fetches and lays out what the server needs; done before every start, so it must be cheap when all is there. */
    void prepare() throws Exception;

    Launch launch() throws Exception;

    /** Asks for something real. False or an exception: not yet. */
    boolean isReady() throws Exception;

    /** Done once the server answers, at every start and also where it ran already. */
    default void afterStart() throws Exception {}

    /** How the server is told to stop: TERM, or INT where TERM would wait for its clients. */
    default String stopSignal() {
        return "TERM";
    }

    /** How long it may take to stop before it is killed; the first stop of a JVM also writes its class archive. */
    default Duration stopWithin() {
        return Duration.ofSeconds(90);
    }

    /** Whether a start that failed with these last lines in the log is worth another one. */
    default boolean startsOnAnotherTry(List<String> logTail) {
        return false;
    }

    /** A command line without secrets, and the environment that carries them. */
    record Launch(List<String> command, Map<String, String> environment, Path directory) {
        public Launch {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
        }
    }
}

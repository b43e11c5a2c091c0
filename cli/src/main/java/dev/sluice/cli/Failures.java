package dev.sluice.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.ErrorCode.ErrorClass;
import dev.sluice.spec.errors.SluiceException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns exceptions into a message on stderr and an exit code. */
final class Failures {
    private final Session session;
    private final boolean debug;
    private final boolean json;

    Failures(Session session, List<String> arguments) {
        this.session = session;
        String variable = session.environment().getOrDefault("SLUICE_DEBUG", "");
        this.json = wantsJson(arguments);
        this.debug = arguments.contains("--debug") || !variable.isEmpty() && !variable.equals("0");
    }

    /** For picocli: a command threw. */
    int report(Exception thrown, CommandLine command, ParseResult arguments) {
        if (isEnding()) {
            // Ctrl-C: what now fails, fails because its helpers have been shut down already.
            return ExitCode.FAILED;
        }
        SluiceException error = thrown instanceof SluiceException known
                ? known
                : new SluiceException(
                        ErrorCode.E1901,
                        thrown + "",
                        debug ? "open an issue with this trace" : "run again with --debug and open an issue",
                        thrown);
        session.out().flush();
        session.say(json ? asJson(error) : error.getMessage() + general(error));
        if (debug) {
            thrown.printStackTrace(session.err());
        }
        session.err().flush();
        return exitCode(error.code());
    }

    private static boolean isEnding() {
        Thread probe = new Thread(() -> {});
        try {
            Runtime.getRuntime().addShutdownHook(probe);
            Runtime.getRuntime().removeShutdownHook(probe);
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    /** What generally helps, where the error does not say it better. */
    private static String general(SluiceException error) {
        boolean says = !error.fix().isEmpty() || error.reason().contains("Fix: ");
        return says ? "" : "\nFix: " + error.code().advice();
    }

    /** For picocli: the command line is wrong. */
    int usage(ParameterException thrown, String[] arguments) {
        session.say(thrown.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(thrown, session.err())) {
            session.say("See `" + thrown.getCommandLine().getCommandSpec().qualifiedName() + " --help`.");
        }
        session.err().flush();
        return ExitCode.USAGE;
    }

    static int exitCode(ErrorCode code) {
        boolean configuration = code.name().startsWith("E01");
        return configuration && code.errorClass() == ErrorClass.USER ? ExitCode.USAGE : ExitCode.FAILED;
    }

    /** By the words themselves: the command may have failed before its options were read. */
    private static boolean wantsJson(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String word = arguments.get(i);
            boolean next = i + 1 < arguments.size() && (word.equals("-o") || word.equals("--output"));
            String format = next ? arguments.get(i + 1) : word.replaceFirst("^(-o=?|--output=)", "");
            if (format.equalsIgnoreCase("json") && word.startsWith("-")) {
                return true;
            }
        }
        return false;
    }

    private static String asJson(SluiceException error) {
        ObjectNode node = new ObjectMapper().createObjectNode();
        node.put("code", error.code().name());
        node.put("title", error.code().title());
        node.put("reason", error.reason());
        node.put("fix", error.fix().isEmpty() ? error.code().advice() : error.fix());
        node.put("class", error.code().errorClass().name());
        node.put("retry", error.code().retry().name());
        return node.toString();
    }
}

package dev.sluice.stack;

import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.fetch.FetchDisplay;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The stack without the command line around it: {@code StackRunner fetch|up|down|status|env [server ...]}. */
public final class StackRunner {
    private StackRunner() {}

    public static void main(String[] arguments) {
        try {
            run(arguments);
        } catch (SluiceException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void run(String[] arguments) {
        LocalStack stack = new LocalStack(
                StackConfig.fromEnvironment(System.getenv()), new FetchDisplay(System.out, System.console() != null));
        Set<StackServer> servers = Arrays.stream(arguments)
                .skip(1)
                .map(name -> StackServer.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(StackServer.class)));
        switch (arguments.length == 0 ? "status" : arguments[0]) {
            case "up" -> stack.up(servers.isEmpty() ? EnumSet.allOf(StackServer.class) : servers);
            case "fetch" -> stack.fetch(servers.isEmpty() ? EnumSet.allOf(StackServer.class) : servers);
            case "down" -> stack.down();
            case "env" ->
                stack.environment().forEach((name, value) -> System.out.println("export " + name + "='" + value + "'"));
            default -> stack.status().forEach(System.out::println);
        }
    }
}

package dev.sluice.catalog.tables;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Steps of one request that wait for the database or the store, taken at the same time. */
final class Together {
    private Together() {}

    /**
     * The results in the order of the arguments, when all steps have ended. A step that failed throws its own
     * exception here; of several, the first in order.
     */
    static <A, R> List<R> each(List<A> arguments, Function<A, R> step) {
        if (arguments.size() == 1) {
            return List.of(step.apply(arguments.get(0)));
        }
        List<Callable<R>> steps = new ArrayList<>();
        arguments.forEach(argument -> steps.add(() -> step.apply(argument)));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<R> results = new ArrayList<>();
            for (Future<R> ended : threads.invokeAll(steps)) {
                results.add(ended.get());
            }
            return results;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted between the steps of a request", e);
        }
    }
}

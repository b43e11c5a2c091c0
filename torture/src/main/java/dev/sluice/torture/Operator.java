package dev.sluice.torture;

import dev.sluice.stack.StackServer;

/** What a person at the command line does about a fault: the product's own remedies, none of the torture's. */
public interface Operator {
    /** {@code sluice apply}. */
    void apply();

    /** {@code sluice up}: the server runs, and so do the pipelines. */
    void up(StackServer server);

    /** {@code sluice maintain}; returns what was done, for people. */
    String maintain();

    /** {@code sluice resync}. */
    void resync(String table);

    /**
     * Waits until the job has ended by itself, as it does when its source is not what it was; returns what it gave as its
     * reason.
     *
     * @throws dev.sluice.spec.errors.SluiceException when it goes on
     */
    String awaitRefusal();

    /** {@code sluice drop --tables}, then {@code sluice apply}: what a refusal of the whole source advises. */
    void loadAnew();

    /**
     * Submits the job of the pipeline once more, as somebody does who does not know that it runs; returns when the copy is
     * refused or has ended, with what was said.
     *
     * @throws dev.sluice.spec.errors.SluiceException when the copy goes on beside the first
     */
    String submitCopy();
}

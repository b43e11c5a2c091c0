package dev.sluice.demo.shop;

import java.time.Duration;
import java.time.Instant;

/**
 * How the live traffic behaves.
 *
 * @param rate orders a second
 * @param duration how long to go on; zero means until stopped
 * @param start time of the first event; later events follow at the speed of the clock
 * @param shares what happens besides plain orders
 * @param dryRun do everything in transactions that are rolled back, and print what they did
 * @param minDelay least time between an order and its end (completion or cancellation)
 * @param maxDelay greatest such time
 * @param reconnectFor how long to try to reach a lost database again before giving up
 */
public record TrafficOptions(
        long seed,
        double rate,
        Duration duration,
        Instant start,
        Shares shares,
        boolean unicodeNames,
        boolean dryRun,
        Duration minDelay,
        Duration maxDelay,
        Duration reconnectFor) {

    /** Expected number of these events per order, each between 0 and 1. */
    public record Shares(
            double newUser,
            double reprice,
            double profileChange,
            double softDelete,
            double hardDelete,
            double categoryDelete,
            double paymentFailureBurst,
            double bigOrder,
            double stuckOrder,
            double manyRowsUpdate,
            double forgetUpdatedAt) {

        /** A little of everything. */
        public static Shares typical() {
            return new Shares(0.05, 0.05, 0.05, 0.005, 0.01, 0.0005, 0.005, 0.01, 0.005, 0.002, 0.02);
        }

        /** The same with another share of anomalies: half of them big orders, half bursts of failed payments. */
        public Shares withAnomalies(double anomalyRate) {
            return new Shares(
                    newUser,
                    reprice,
                    profileChange,
                    softDelete,
                    hardDelete,
                    categoryDelete,
                    anomalyRate / 2,
                    anomalyRate / 2,
                    stuckOrder,
                    manyRowsUpdate,
                    forgetUpdatedAt);
        }
    }

    /** Five orders a second from now on, until stopped. */
    public static TrafficOptions defaults() {
        return new TrafficOptions(
                1,
                5,
                Duration.ZERO,
                Instant.now(),
                Shares.typical(),
                false,
                false,
                Duration.ofSeconds(2),
                Duration.ofSeconds(20),
                Duration.ofMinutes(5));
    }

    /** The same at another rate and for another time. */
    public TrafficOptions at(double ordersPerSecond, Duration time) {
        return new TrafficOptions(
                seed, ordersPerSecond, time, start, shares, unicodeNames, dryRun, minDelay, maxDelay, reconnectFor);
    }

    /** The same with other shares. */
    public TrafficOptions with(Shares other) {
        return new TrafficOptions(
                seed, rate, duration, start, other, unicodeNames, dryRun, minDelay, maxDelay, reconnectFor);
    }

    /** The same with other delays between an order and its end. */
    public TrafficOptions withDelays(Duration least, Duration most) {
        return new TrafficOptions(seed, rate, duration, start, shares, unicodeNames, dryRun, least, most, reconnectFor);
    }
}

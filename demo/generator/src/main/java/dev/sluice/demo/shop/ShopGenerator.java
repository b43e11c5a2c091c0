package dev.sluice.demo.shop;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** The shop's generator: seed first, traffic after. */
public final class ShopGenerator {
    private final ShopDatabase database;

    public ShopGenerator(ShopDatabase database) {
        this.database = database;
    }

    /** Creates what is missing and fills the empty tables with exactly {@code rows} rows; returns the rows of each table. */
    public ShopTally seed(long seed, long rows) {
        return seed(new ShopSeed(seed, rows, Instant.now(), false));
    }

    /** The same with every choice. */
    public ShopTally seed(ShopSeed seed) {
        return seed.write(database);
    }

    /** Starts live changes at {@code ordersPerSecond}; {@code duration} zero means until stopped. */
    public ShopTraffic traffic(double ordersPerSecond, Duration duration, Consumer<String> report) {
        return traffic(TrafficOptions.defaults().at(ordersPerSecond, duration), report);
    }

    /** The same with every choice. */
    public ShopTraffic traffic(TrafficOptions options, Consumer<String> report) {
        return ShopTraffic.start(database, options, report);
    }
}

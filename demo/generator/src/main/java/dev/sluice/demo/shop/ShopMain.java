package dev.sluice.demo.shop;

import dev.sluice.demo.shop.TrafficOptions.Shares;
import dev.sluice.spec.Secret;
import dev.sluice.spec.errors.SluiceException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The generator as a program: {@code shop seed} and {@code shop traffic}. The password comes from the environment only. */
@Command(
        name = "shop",
        mixinStandardHelpOptions = true,
        description = "Fills the shop database and keeps it changing.",
        subcommands = {ShopMain.Seed.class, ShopMain.Traffic.class})
public final class ShopMain {
    private ShopMain() {}

    public static void main(String[] args) {
        CommandLine command = new CommandLine(new ShopMain());
        command.setExecutionExceptionHandler((e, line, parsed) -> {
            line.getErr().println(e instanceof SluiceException ? e.getMessage() : e.toString());
            return 1;
        });
        System.exit(command.execute(args));
    }

    /** Options of both. */
    static final class Common {
        @Option(
                names = "--host",
                defaultValue = "${env:SLUICE_POSTGRES_HOST:-127.0.0.1}",
                description = "PostgreSQL's host")
        String host;

        @Option(
                names = "--port",
                defaultValue = "${env:SLUICE_POSTGRES_PORT:-15432}",
                description = "PostgreSQL's port")
        int port;

        @Option(names = "--database", defaultValue = "ecommerce", description = "database, created if missing")
        String database;

        @Option(
                names = "--user",
                defaultValue = "${env:SLUICE_POSTGRES_USER:-sluice}",
                description = "PostgreSQL's user")
        String user;

        @Option(names = "--seed", defaultValue = "1", description = "same seed, same data")
        long seed;

        @Option(names = "--start", description = "time of the first live event (ISO instant); default now")
        @Nullable
        Instant start;

        @Option(names = "--unicode-names", description = "names beyond ASCII")
        boolean unicodeNames;

        @Option(names = "--dry-run", description = "print instead of write")
        boolean dryRun;

        /** The password is taken from SLUICE_POSTGRES_PASSWORD or PGPASSWORD. */
        ShopDatabase target() {
            Map<String, String> env = System.getenv();
            String password = env.getOrDefault("SLUICE_POSTGRES_PASSWORD", env.getOrDefault("PGPASSWORD", ""));
            return new ShopDatabase(host, port, database, user, new Secret(password));
        }

        Instant startOrNow() {
            return Optional.ofNullable(start).orElseGet(Instant::now);
        }
    }

    @Command(name = "seed", mixinStandardHelpOptions = true, description = "Creates the tables and fills them.")
    static final class Seed implements Callable<Integer> {
        @Mixin
        Common common;

        @Option(names = "--rows", defaultValue = "200000", description = "exact number of rows over all tables")
        long rows;

        @Override
        public Integer call() {
            ShopSeed seed = new ShopSeed(common.seed, rows, common.startOrNow(), common.unicodeNames);
            if (common.dryRun) {
                seed.print(System.out);
                return 0;
            }
            long begun = System.nanoTime();
            ShopTally tally = seed.write(common.target());
            System.out.print(tally);
            System.out.printf("seeded in %.1f s%n", (System.nanoTime() - begun) / 1e9);
            return 0;
        }
    }

    @Command(name = "traffic", mixinStandardHelpOptions = true, description = "Changes the seeded shop until stopped.")
    static final class Traffic implements Callable<Integer> {
        @Mixin
        Common common;

        @Option(names = "--rate", defaultValue = "5", description = "orders a second")
        double rate;

        @Option(names = "--duration", defaultValue = "0", description = "seconds; 0 is for ever")
        long durationSeconds;

        @Option(names = "--anomaly-rate", description = "share of orders that are big or bursts of failed payments")
        @Nullable
        Double anomalyRate;

        @Option(names = "--payment-failure-burst", defaultValue = "0.005", description = "bursts per order")
        double paymentFailureBurst;

        @Option(names = "--big-order", defaultValue = "0.01", description = "share of orders worth more than 400")
        double bigOrder;

        @Option(
                names = "--stuck-order",
                defaultValue = "0.005",
                description = "share of orders, hours old, without an end")
        double stuckOrder;

        @Option(names = "--new-user-rate", defaultValue = "0.05", description = "new users per order")
        double newUser;

        @Option(names = "--soft-delete-rate", defaultValue = "0.005", description = "soft deletes per order")
        double softDelete;

        @Option(names = "--hard-delete-rate", defaultValue = "0.01", description = "deletes with cascades per order")
        double hardDelete;

        @Option(names = "--category-delete-rate", defaultValue = "0.0005", description = "categories deleted per order")
        double categoryDelete;

        @Option(names = "--reprice-rate", defaultValue = "0.05", description = "price changes per order")
        double reprice;

        @Option(names = "--profile-change-rate", defaultValue = "0.05", description = "changes of users per order")
        double profileChange;

        @Option(names = "--many-rows-rate", defaultValue = "0.002", description = "updates of 500 products per order")
        double manyRows;

        @Option(
                names = "--forget-updated-at",
                defaultValue = "0.02",
                description = "share of price and profile changes that leave updated_at as it was")
        double forgetUpdatedAt;

        @Override
        public Integer call() throws InterruptedException {
            ShopTraffic traffic = ShopTraffic.start(common.target(), options(), System.out::println);
            Thread hook = Thread.ofPlatform().unstarted(() -> System.out.print(traffic.end()));
            Runtime.getRuntime().addShutdownHook(hook);
            while (!traffic.await(Duration.ofSeconds(1))) {
                // The duration or an interrupt ends it.
            }
            return 0;
        }

        private TrafficOptions options() {
            Shares shares = new Shares(
                    newUser,
                    reprice,
                    profileChange,
                    softDelete,
                    hardDelete,
                    categoryDelete,
                    paymentFailureBurst,
                    bigOrder,
                    stuckOrder,
                    manyRows,
                    forgetUpdatedAt);
            TrafficOptions basis = TrafficOptions.defaults();
            return new TrafficOptions(
                    common.seed,
                    rate,
                    Duration.ofSeconds(durationSeconds),
                    common.startOrNow(),
                    anomalyRate == null ? shares : shares.withAnomalies(anomalyRate),
                    common.unicodeNames,
                    common.dryRun,
                    basis.minDelay(),
                    basis.maxDelay(),
                    basis.reconnectFor());
        }
    }
}

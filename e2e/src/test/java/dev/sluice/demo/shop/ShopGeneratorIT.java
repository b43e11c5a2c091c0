package dev.sluice.demo.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.demo.shop.ShopTally.Counts;
import dev.sluice.demo.shop.TrafficOptions.Shares;
import dev.sluice.e2e.SharedStack;
import dev.sluice.e2e.pipeline.TestPipeline;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ShopGeneratorIT {
    private static final String DATABASE = "shop_generator";
    private static final Shares MANY_DELETES = new Shares(0.1, 0.1, 0.1, 0.05, 0.2, 0.01, 0.02, 0.1, 0.05, 0.02, 0.5);

    private final LocalStack stack = SharedStack.with(StackServer.POSTGRES);
    private final ShopDatabase database =
            TestPipeline.shop(TestPipeline.spec(stack, DATABASE, TestPipeline.tables("users")));
    private final ShopGenerator generator = new ShopGenerator(database);

    @BeforeEach
    void createDatabase() throws SQLException {
        TestPipeline.createDatabase(stack, DATABASE);
    }

    @Test
    void statesTheTotalsThatAreInTheTables() throws SQLException {
        ShopTally seeded = generator.seed(5, 20_000);
        assertThat(seeded.total().inserted()).isEqualTo(20_000);
        assertTablesGrewTo(seeded, new ShopTally());
    }

    @Test
    void keepsEveryReferenceThoughTheServerDoesNotCheckThem() throws SQLException {
        generator.seed(new ShopSeed(6, 30_000, Instant.now(), true));
        assertThat(number("select count(*) from orders o left join users u using (user_id) where u.user_id is null"))
                .isZero();
        assertThat(number("""
                        select count(*) from order_items i left join orders o using (order_id)
                        left join products p using (product_id) where o.order_id is null or p.product_id is null
                        """)).isZero();
        assertThat(number("""
                        select count(*) from product_reviews r left join users u using (user_id)
                        left join products p using (product_id) where u.user_id is null or p.product_id is null
                        """)).isZero();
        assertThat(
                        number(
                                "select count(*) from orders o where not exists (select 1 from order_items i where i.order_id = o.order_id)"))
                .isZero();
        assertThat(number(
                        "select count(*) from orders o join users u using (user_id) where o.created_at < u.created_at"))
                .isZero();
        assertThat(number(
                        "select coalesce(pg_relation_size(reltoastrelid), 0) from pg_class where relname = 'products'"))
                .as("no value is stored out of line: updates under the default identity would not send it")
                .isZero();
    }

    @Test
    void refusesToSeedTwice() {
        generator.seed(5, 300);
        assertThatThrownBy(() -> generator.seed(5, 300))
                .isInstanceOf(SluiceException.class)
                .hasMessageContaining("already holds rows");
    }

    @Test
    void countsWhatItCommittedCascadesIncluded() throws Exception {
        ShopTally seeded = generator.seed(5, 3_000);
        TrafficOptions options = TrafficOptions.defaults()
                .with(MANY_DELETES)
                .withDelays(Duration.ZERO, Duration.ofMillis(500))
                .at(150, Duration.ofSeconds(6));
        ShopTraffic traffic = generator.traffic(options, System.out::println);
        assertThat(traffic.await(Duration.ofSeconds(60))).isTrue();
        ShopTally tally = traffic.stop();
        assertThat(tally.of(ShopTable.ORDER_ITEMS).deleted()).isPositive();
        assertThat(tally.of(ShopTable.USERS).deleted()).isPositive();
        assertThat(tally.of(ShopTable.CATEGORIES).deleted()).isPositive();
        assertThat(tally.of(ShopTable.PAYMENTS).inserted()).isPositive();
        assertThat(traffic.orders()).isBetween(700L, 1_000L);
        assertTablesGrewTo(seeded, tally);
    }

    @Test
    void countsExactlyThroughALostConnection() throws Exception {
        ShopTally seeded = generator.seed(5, 3_000);
        ShopTraffic traffic = generator.traffic(100, Duration.ZERO, System.out::println);
        await().atMost(Duration.ofSeconds(20)).until(() -> traffic.orders() > 50);
        for (int i = 1; i <= 3; i++) {
            int times = i;
            number(
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'sluice-shop'");
            await().atMost(Duration.ofSeconds(20)).until(() -> traffic.reconnects() >= times);
        }
        long before = traffic.orders();
        await().atMost(Duration.ofSeconds(20)).until(() -> traffic.orders() > before + 50);
        assertTablesGrewTo(seeded, traffic.stop());
    }

    private void assertTablesGrewTo(ShopTally seeded, ShopTally traffic) throws SQLException {
        for (Map.Entry<ShopTable, Counts> entry : seeded.byTable().entrySet()) {
            long expected =
                    entry.getValue().inserted() + traffic.of(entry.getKey()).growth();
            assertThat(number("select count(*) from " + entry.getKey().tableName()))
                    .as(entry.getKey().tableName())
                    .isEqualTo(expected);
        }
    }

    private long number(String query) throws SQLException {
        try (Connection connection = TestPipeline.connect(stack, DATABASE);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}

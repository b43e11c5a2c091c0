package dev.sluice.spec.errors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
    @Test
    void slipsOfTheKeyboardAreFound() {
        List<String> names = List.of("orders", "order_items", "users");
        assertThat(NearestName.of("order", names)).contains("orders");
        assertThat(NearestName.of("oredrs", names)).contains("orders");
        assertThat(NearestName.of("orderItems", names)).contains("order_items");
        assertThat(NearestName.of("USERS", names)).contains("users");
    }

    @Test
    void otherWordsAreNot() {
        assertThat(NearestName.of("payments", List.of("orders", "users"))).isEmpty();
        assertThat(NearestName.of("x", List.of())).isEmpty();
    }

    @Test
    void aSwapOfNeighboursCountsOnce() {
        assertThat(NearestName.distance("hots", "host")).isEqualTo(1);
        assertThat(NearestName.distance("", "abc")).isEqualTo(3);
        assertThat(NearestName.distance("abc", "abc")).isZero();
    }
}

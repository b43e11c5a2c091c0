package dev.sluice.trino.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trino.spi.security.AccessDeniedException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OnePasswordTest {
    private static final String PASSWORD = "planted-password-0123";

    private final OnePassword check =
            OnePassword.of(Map.of(OnePassword.USER, "sluice", OnePassword.PASSWORD, PASSWORD));

    @Test
    void letsTheOneUserInWithTheOnePassword() {
        assertThat(check.createAuthenticatedPrincipal("sluice", PASSWORD).getName())
                .isEqualTo("sluice");
    }

    @Test
    void letsNobodyElseIn() {
        for (List<String> login : List.of(
                List.of("sluice", ""),
                List.of("sluice", PASSWORD + "x"),
                List.of("Sluice", PASSWORD),
                List.of("analyst", PASSWORD),
                List.of("", ""))) {
            assertThatThrownBy(() -> check.createAuthenticatedPrincipal(login.get(0), login.get(1)))
                    .isInstanceOf(AccessDeniedException.class)
                    .hasMessageNotContaining(PASSWORD);
        }
    }

    @Test
    void doesNotStartWithoutAPassword() {
        assertThatThrownBy(() -> OnePassword.of(Map.of(OnePassword.USER, "sluice", OnePassword.PASSWORD, "short")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("short");
        assertThatThrownBy(() -> OnePassword.of(Map.of(OnePassword.PASSWORD, PASSWORD)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

package dev.sluice.catalog.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.catalog.config.CatalogConfig.TokenConfig;
import dev.sluice.spec.Secret;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokensTest {
    private final Tokens tokens = new Tokens(new TokenConfig(
            List.of(new Secret("writer-one"), new Secret("writer-two")), List.of(new Secret("reader-one"))));

    @Test
    void eachTokenHasItsRole() {
        assertThat(tokens.roleOf("Bearer writer-one")).contains(Role.WRITER);
        assertThat(tokens.roleOf("Bearer writer-two")).contains(Role.WRITER);
        assertThat(tokens.roleOf("bearer  reader-one ")).contains(Role.READER);
    }

    @Test
    void nothingElseIsLetIn() {
        for (String header : List.of(
                "",
                "Bearer",
                "Bearer ",
                "Bearer writer",
                "Bearer writer-one2",
                "Basic writer-one",
                "writer-one",
                "Bearer WRITER-ONE")) {
            assertThat(tokens.roleOf(header)).as(header).isEmpty();
        }
        assertThat(tokens.roleOf((String) null)).isEmpty();
    }

    @Test
    void withoutTokensEverybodyWrites() {
        assertThat(new Tokens(TokenConfig.NONE).roleOf((String) null)).contains(Role.WRITER);
    }

    @Test
    void aWriterMayWhatAReaderMayAndNotTheOtherWayRound() {
        assertThat(Role.WRITER.may(Role.READER)).isTrue();
        assertThat(Role.READER.may(Role.READER)).isTrue();
        assertThat(Role.READER.may(Role.WRITER)).isFalse();
    }
}

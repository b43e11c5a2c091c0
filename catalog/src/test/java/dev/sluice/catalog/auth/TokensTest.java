package dev.sluice.catalog.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.catalog.config.CatalogConfig.TokenConfig;
import dev.sluice.spec.Secret;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokensTest {
    private final Tokens tokens = new Tokens(new TokenConfig(
            List.of(new Secret("writer-one"), new Secret("writer-two")), List.of(new Secret("reader-one"))));

    @Test
    void withoutOthersForItAWriterMayDoEverything() {
        assertThat(tokens.roleOf("Bearer writer-one")).contains(Role.ADMIN);
        assertThat(tokens.roleOf("Bearer writer-two")).contains(Role.ADMIN);
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
    void withoutTokensEverybodyDoesEverything() {
        assertThat(new Tokens(TokenConfig.NONE).roleOf((String) null)).contains(Role.ADMIN);
    }

    @Test
    void whereThereIsSomebodyForUpkeepOrRemovalAWriterOnlyWrites() {
        Tokens four = new Tokens(all(true));

        assertThat(four.roleOf("Bearer w")).contains(Role.WRITER);
        assertThat(four.roleOf("Bearer r")).contains(Role.READER);
        assertThat(four.roleOf("Bearer u")).contains(Role.UPKEEP);
        assertThat(four.roleOf("Bearer a")).contains(Role.ADMIN);
    }

    private static TokenConfig all(boolean isStaticBearer) {
        return new TokenConfig(
                List.of(new Secret("w")),
                List.of(new Secret("r")),
                List.of(new Secret("u")),
                List.of(new Secret("a")),
                isStaticBearer,
                600);
    }

    @Test
    void onlyAnAdminCanDestroy() {
        for (Role role : Role.values()) {
            assertThat(role.may(Right.READ)).as(role.label()).isTrue();
            assertThat(role.may(Right.PURGE)).as(role.label()).isEqualTo(role == Role.ADMIN);
        }
        assertThat(Role.WRITER.may(Right.EXPIRE)).isFalse();
        assertThat(Role.UPKEEP.may(Right.DROP)).isFalse();
        assertThat(Role.UPKEEP.may(Right.CHANGE)).isFalse();
        assertThat(Role.READER.may(Right.COMMIT)).isFalse();
    }

    @Test
    void aSessionEndsAndIsRenewedUntilItsLoginIsADayOld() {
        MovingClock clock = new MovingClock();
        Tokens at = new Tokens(all(true), clock);
        String first = at.login("upkeep", new Secret("u")).orElseThrow().token();
        assertThat(at.roleOf("Bearer " + first)).contains(Role.UPKEEP);

        clock.pass(Duration.ofSeconds(599));
        assertThat(at.roleOf("Bearer " + first)).contains(Role.UPKEEP);
        String second = at.renew(first).orElseThrow().token();
        clock.pass(Duration.ofSeconds(1));
        assertThat(at.roleOf("Bearer " + first)).isEmpty();
        assertThat(at.renew(first)).isEmpty();
        assertThat(at.roleOf("Bearer " + second)).contains(Role.UPKEEP);

        String last = second;
        for (Optional<Tokens.Session> next = at.renew(second); next.isPresent(); next = at.renew(last)) {
            last = next.get().token();
            clock.pass(Duration.ofSeconds(500));
        }
        assertThat(Duration.between(Instant.EPOCH, clock.instant()))
                .isBetween(Duration.ofHours(24), Duration.ofHours(25));
    }

    @Test
    void aSessionEndsWithTheTokenThatItWasGivenForAndCannotBeForged() {
        String session = new Tokens(all(true))
                .login("writer", new Secret("w"))
                .orElseThrow()
                .token();
        TokenConfig rotated = new TokenConfig(
                List.of(new Secret("w2")), List.of(new Secret("r")), List.of(), List.of(new Secret("a")), true, 600);

        assertThat(new Tokens(rotated).roleOf("Bearer " + session)).isEmpty();
        String[] parts = session.split("\\.");
        String longer = String.join(".", parts[0], parts[1], parts[2], "99999999999", parts[4]);
        assertThat(new Tokens(all(true)).roleOf("Bearer " + longer)).isEmpty();
        assertThat(new Tokens(all(true)).roleOf("Bearer " + session + "x")).isEmpty();
        assertThat(new Tokens(all(true)).roleOf("Bearer sluice-session.a.b.c.d"))
                .isEmpty();
        assertThat(session).doesNotContain("w.", Integer.toString("w".hashCode()));
    }

    @Test
    void aClientMustNameTheRoleOfItsToken() {
        Tokens four = new Tokens(all(true));

        assertThat(four.login("reader", new Secret("w"))).isEmpty();
        assertThat(four.login("writer", new Secret("wrong"))).isEmpty();
        assertThat(four.login("", new Secret("w"))).isEmpty();
    }

    @Test
    void whereTokensAreOnlyGoodForSessionsTheyAreNoBearers() {
        Tokens strict = new Tokens(all(false));

        assertThat(strict.roleOf("Bearer w")).isEmpty();
        String session = strict.login("writer", new Secret("w")).orElseThrow().token();
        assertThat(strict.roleOf("Bearer " + session)).contains(Role.WRITER);
    }

    @Test
    void tooManyFailuresOfAnAddressAreToldOnceAndForgottenAfterAMinute() {
        MovingClock clock = new MovingClock();
        FailedLogins logins = new FailedLogins(clock);
        for (int i = 0; i < FailedLogins.PER_MINUTE_MAX; i++) {
            assertThat(logins.failed("a")).isEqualTo(FailedLogins.Verdict.REFUSE);
        }
        assertThat(logins.failed("a")).isEqualTo(FailedLogins.Verdict.LIMIT_REACHED);
        assertThat(logins.failed("a")).isEqualTo(FailedLogins.Verdict.LIMITED);
        assertThat(logins.failed("b")).isEqualTo(FailedLogins.Verdict.REFUSE);
        clock.pass(Duration.ofMinutes(1));
        assertThat(logins.failed("a")).isEqualTo(FailedLogins.Verdict.REFUSE);
    }

    /** Time passes when the test says so. */
    private static final class MovingClock extends Clock {
        private Instant now = Instant.EPOCH;

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("nothing asks for zones");
        }
    }
}

package dev.sluice.trino.password;

import io.trino.spi.Plugin;
import io.trino.spi.security.PasswordAuthenticator;
import io.trino.spi.security.PasswordAuthenticatorFactory;
import java.util.List;
import java.util.Map;

/** What Trino finds in the jar: {@code password-authenticator.name=sluice}. */
public final class PasswordPlugin implements Plugin {
    @Override
    public Iterable<PasswordAuthenticatorFactory> getPasswordAuthenticatorFactories() {
        return List.of(new Factory());
    }

    private static final class Factory implements PasswordAuthenticatorFactory {
        @Override
        public String getName() {
            return "sluice";
        }

        @Override
        public PasswordAuthenticator create(Map<String, String> config) {
            return OnePassword.of(config);
        }
    }
}

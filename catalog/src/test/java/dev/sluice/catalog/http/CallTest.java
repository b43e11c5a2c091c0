package dev.sluice.catalog.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.catalog.auth.Role;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.junit.jupiter.api.Test;

class CallTest {
    private static final Route TABLE =
            new Route("GET", "/v1/namespaces/{namespace}/tables/{table}", Optional.empty(), call -> Reply.noContent());

    private static Call call(String rawPath, String rawQuery, String body) {
        return new Call(
                Role.READER,
                TABLE.match(rawPath).orElseThrow(),
                rawQuery,
                body.getBytes(StandardCharsets.UTF_8),
                Optional.empty(),
                Optional.empty());
    }

    private static TableIdentifier table(String rawPath) {
        return call(rawPath, null, "").table();
    }

    @Test
    void levelsOfANamespaceAreSeparatedByEitherSeparator() {
        TableIdentifier expected = TableIdentifier.of(Namespace.of("a", "b", "c"), "t");

        assertThat(table("/v1/namespaces/a%1Fb%1Fc/tables/t")).isEqualTo(expected);
        assertThat(table("/v1/namespaces/a%1fb%1Ec/tables/t")).isEqualTo(expected);
    }

    @Test
    void namesMayHoldWhatPathsCannot() {
        assertThat(table("/v1/namespaces/n/tables/a%2Fb")).isEqualTo(TableIdentifier.of("n", "a/b"));
        assertThat(table("/v1/namespaces/n/tables/a.b+c%20d%2Be")).isEqualTo(TableIdentifier.of("n", "a.b c d+e"));
        assertThat(table("/v1/namespaces/n/tables/%E6%97%A5%25")).isEqualTo(TableIdentifier.of("n", "日%"));
    }

    @Test
    void pathsOfAnotherShapeDoNotMatch() {
        for (String path : new String[] {
            "/v1/namespaces/n/tables", "/v1/namespaces//tables/t", "/v1/namespaces/n/tables/t/metrics", "/", ""
        }) {
            assertThat(TABLE.match(path)).as(path).isEmpty();
        }
    }

    @Test
    void brokenPercentEncodingIsABadRequest() {
        assertThatThrownBy(() -> table("/v1/namespaces/n/tables/%zz")).isInstanceOf(BadRequestException.class);
    }

    @Test
    void parametersAreDecodedAndEmptyOnesAreMissing() {
        Call call = call("/v1/namespaces/n/tables/t", "parent=a%1Fb&pageToken=&pageSize=10&flag", "");

        assertThat(call.namespaceParameter("parent")).isEqualTo(Namespace.of("a", "b"));
        assertThat(call.namespaceParameter("other")).isEqualTo(Namespace.empty());
        assertThat(call.parameter("pageToken")).isEmpty();
        assertThat(call.parameter("flag")).isEmpty();
        assertThat(call.parameter("pageSize")).contains("10");
    }

    @Test
    void aBodyThatIsNotWhatWasAskedForIsABadRequest() {
        for (String body :
                new String[] {"", "null", "[]", "{\"namespace\": \"planted\"}", "{planted", "{\"namespace\":[1]"}) {
            assertThatThrownBy(
                            () -> call("/v1/namespaces/n/tables/t", null, body).body(CreateNamespaceRequest.class))
                    .as(body)
                    .isInstanceOf(BadRequestException.class);
        }
    }
}

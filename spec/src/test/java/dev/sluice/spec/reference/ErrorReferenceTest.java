package dev.sluice.spec.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.spec.errors.ErrorCode;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ErrorReferenceTest {
    @Test
    void thePageOfErrorsIsGeneratedFromTheCode() throws IOException {
        StringBuilder page = new StringBuilder("""
                # Errors

                Generated from `ErrorCode`; do not edit. Every error that Sluice reports has one of these codes. The
                message of an error says more than this page: what happened, why, and what to do.

                * **Class**: `USER` you have something to correct; `EXTERNAL` another system failed or said no;
                  `RESOURCES` something is used up; `INTERNAL` Sluice is wrong, or found its own rules broken.
                * **Retry**: `NEVER` not until something is changed; `TIMED` by itself, after a while; `MANUAL` after
                  somebody looked at it.

                Exit codes of `sluice`: 0 ok, 1 failed or different, 2 usage or configuration, 3 unhealthy.

                | Code | What | Class | Retry | What helps |
                |---|---|---|---|---|
                """);
        for (ErrorCode code : ErrorCode.values()) {
            page.append("| %s | %s | %s | %s | %s |%n"
                    .formatted(
                            code,
                            code.title(),
                            code.errorClass(),
                            code.retry(),
                            code.advice().replace("|", "\\|")));
        }
        GeneratedFile.mustEqual("docs/reference/errors.md", page.toString());
    }

    @Test
    void codesAreInOrderAndEachSaysWhatHelps() {
        assertThat(Arrays.stream(ErrorCode.values()).map(Enum::name))
                .isSorted()
                .allMatch(name -> name.matches("E\\d{4}"));
        assertThat(ErrorCode.values())
                .allMatch(code -> code.advice().endsWith("."))
                .allMatch(code -> !code.title().isBlank());
    }
}

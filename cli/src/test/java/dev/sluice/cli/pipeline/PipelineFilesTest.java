package dev.sluice.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineFilesTest {
    @TempDir
    private Path home;

    @Test
    void remembersWhyAJobCouldNotBeStartedUntilOneIs() {
        PipelineFiles files = new PipelineFiles(home);
        AppliedPipeline applied = new AppliedPipeline("f00", "/sluice.yaml", false);
        files.record("shop", applied.failed("E0201 no answer"));
        assertThat(files.applied("shop")).map(AppliedPipeline::problem).contains("E0201 no answer");
        files.record("shop", applied);
        assertThat(files.applied("shop")).contains(applied);
    }

    @Test
    void readsWhatAnOlderVersionRemembered() throws IOException {
        Path folder = Files.createDirectories(home.resolve("pipelines"));
        Files.writeString(folder.resolve("shop.job"), "{\"jobId\":\"f00\",\"file\":\"/f\",\"stopped\":true}");
        assertThat(new PipelineFiles(home).applied("shop")).contains(new AppliedPipeline("f00", "/f", true));
    }
}

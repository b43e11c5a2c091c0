package dev.sluice.cli.output;

import dev.sluice.trino.query.OutputFormat;
import picocli.CommandLine.Option;

/** {@code -o table|csv|json}. */
public final class OutputOption {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "TABLE",
            description = "table, csv or json.")
    private OutputFormat format;

    public OutputFormat format() {
        return format;
    }

    public boolean isJson() {
        return format == OutputFormat.JSON;
    }
}

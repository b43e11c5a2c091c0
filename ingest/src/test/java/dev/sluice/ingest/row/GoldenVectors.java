package dev.sluice.ingest.row;

import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.ColumnType.Array;
import dev.sluice.ingest.table.ColumnType.Numeric;
import dev.sluice.ingest.table.ColumnType.Scalar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of golden vectors in docs/reference/row-form.md: the specification is what the tests read. */
final class GoldenVectors {
    private static final Path SPECIFICATION = Path.of("../docs/reference/row-form.md");
    private static final Pattern NUMERIC = Pattern.compile("NUMERIC\\((\\d+),(\\d+)\\)");
    private static final Pattern ARRAY = Pattern.compile("ARRAY\\((.*)\\)");

    /**
     * One line of the table.
     *
     * @param postgresType its name in SQL
     * @param value its text, as PostgreSQL reads it
     * @param hex its bytes
     */
    record Vector(ColumnType type, String postgresType, String value, String hex) {}

    private GoldenVectors() {}

    static List<Vector> read() {
        try {
            List<Vector> vectors = Files.readAllLines(SPECIFICATION).stream()
                    .map(line -> line.split("\\|"))
                    .filter(cells -> cells.length == 5 && cells[2].strip().startsWith("`"))
                    .map(cells -> new Vector(type(cells[1].strip()), cell(cells[2]), cell(cells[3]), cell(cells[4])))
                    .toList();
            if (vectors.size() < 20) {
                throw new AssertionError("no table of golden vectors in " + SPECIFICATION);
            }
            return vectors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String cell(String cell) {
        String text = cell.strip();
        return text.equals("(empty)") ? "" : text.substring(1, text.length() - 1);
    }

    private static ColumnType type(String name) {
        Matcher numeric = NUMERIC.matcher(name);
        if (numeric.matches()) {
            return new Numeric(Integer.parseInt(numeric.group(1)), Integer.parseInt(numeric.group(2)));
        }
        Matcher array = ARRAY.matcher(name);
        if (array.matches()) {
            return new Array(type(array.group(1)));
        }
        return Arrays.stream(Scalar.values())
                .filter(scalar -> scalar.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no type " + name));
    }
}

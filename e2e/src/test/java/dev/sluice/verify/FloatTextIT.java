package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.e2e.SharedStack;
import dev.sluice.e2e.pipeline.TestPipeline;
import dev.sluice.stack.StackServer;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class FloatTextIT {
    private static final int VALUES = 20_000;

    @Test
    void agreesWithTheServerOnRandomAndEdgeValues() throws SQLException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<Double> doubles =
                new ArrayList<>(List.of(1e23, 9007199254740993.0, 5e-324, 2.5e-323, 4.35, 1e22, 8.41e21));
        List<Float> floats = new ArrayList<>(List.of(8388608f, 8.5899346E9f, 3.3554432E7f, 1e-44f, 1.17549435E-38f));
        for (int i = 0; i < VALUES; i++) {
            doubles.add(finite(Double.longBitsToDouble(random.nextLong())));
            doubles.add(random.nextLong(1_000_000) / 100.0);
            doubles.add(Math.scalb(1.0 + random.nextInt(8), random.nextInt(2040) - 1020));
            float f = Float.intBitsToFloat(random.nextInt());
            floats.add(Float.isFinite(f) ? f : 1f);
            floats.add(random.nextInt(1_000_000) / 100f);
            floats.add(Math.scalb(1f + random.nextInt(8), random.nextInt(240) - 120));
        }
        assertThat(written("float8", doubles.toArray()))
                .containsExactlyElementsOf(
                        doubles.stream().map(ShortestFloat::of).toList());
        assertThat(written("float4", floats.toArray()))
                .containsExactlyElementsOf(
                        floats.stream().map(ShortestFloat::of).toList());
    }

    private static double finite(double value) {
        return Double.isFinite(value) ? value : 1;
    }

    private static List<String> written(String type, Object[] values) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Connection connection = TestPipeline.connect(SharedStack.with(StackServer.POSTGRES), "postgres");
                PreparedStatement statement =
                        connection.prepareStatement("select v::text from unnest(?::" + type + "[]) v")) {
            connection.createStatement().execute("set extra_float_digits = 3");
            Array array = connection.createArrayOf(type, values);
            statement.setArray(1, array);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    texts.add(rows.getString(1));
                }
            }
        }
        return texts;
    }
}

package dev.sluice.ingest.hot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hot sink beside a model of what it should hold, with random transactions and restarts. */
class HotSinkModelIT extends HotSinkFixture {
    /** Random transactions; each restart replays a random suffix, cut into other batches and flushes. */
    @Test
    void endsEqualToAModelWhateverIsRepeated() throws Exception {
        endsEqualToAModel(Long.getLong("sluice.seed", System.nanoTime()));
    }

    /** A row moved to another key and another one took its place in one transaction, which was then repeated. */
    @ParameterizedTest
    @ValueSource(longs = {44658808421267L, 45216574913955L})
    void endsEqualToAModelWithASeedThatOnceDidNot(long seed) throws Exception {
        endsEqualToAModel(seed);
    }

    private void endsEqualToAModel(long seed) throws Exception {
        Random random = new Random(seed);
        Map<Integer, String[]> model = new TreeMap<>();
        List<BatchBuilder> transactions = new ArrayList<>();
        open(simple());
        int applied = 0;
        for (int round = 0; round < 25; round++) {
            for (int n = random.nextInt(12); n >= 0; n--) {
                transactions.add(transaction(1000 + transactions.size(), model, random));
            }
            for (int i = applied; i < transactions.size(); i++) {
                send(transactions.get(i));
                if (random.nextInt(4) == 0) {
                    writer.flush(false);
                }
            }
            writer.flush(false);
            assertThat(rows()).as("seed %d, round %d", seed, round).isEqualTo(text(model));
            applied = random.nextInt(3) == 0 ? random.nextInt(transactions.size()) : transactions.size();
            if (applied < transactions.size()) {
                open(simple());
            }
            if (random.nextInt(5) == 0) {
                server.sql("OPTIMIZE TABLE " + database + ".t FINAL");
            }
        }
        assertThat(omitted.getCount()).as("seed %d", seed).isLessThan(written.getCount());
    }

    private static BatchBuilder transaction(long lsn, Map<Integer, String[]> model, Random random) {
        BatchBuilder batch = new BatchBuilder();
        for (int n = random.nextInt(6); n >= 0 || batch.isEmpty(); n--) {
            int id = random.nextInt(12);
            String[] now = model.get(id);
            String v = "v" + random.nextInt(1000);
            if (random.nextInt(60) == 0) {
                batch.truncate(lsn);
                model.clear();
            } else if (now == null) {
                String toast = random.nextInt(4) == 0 ? null : "toast" + random.nextInt(1000);
                batch.insert(lsn, row(id, BatchBuilder.text(toast), v));
                model.put(id, new String[] {toast, v});
            } else if (random.nextInt(4) == 0) {
                batch.delete(lsn, key(id));
                model.remove(id);
            } else {
                boolean isUnchanged = random.nextInt(3) > 0;
                String toast = isUnchanged ? now[0] : "toast" + random.nextInt(1000);
                int newId = random.nextInt(4) == 0 ? random.nextInt(12) : id;
                int target = model.containsKey(newId) ? id : newId;
                byte[] sent = isUnchanged ? BatchBuilder.UNCHANGED : BatchBuilder.text(toast);
                batch.update(lsn, target == id ? null : key(id), row(target, sent, v));
                model.remove(id);
                model.put(target, new String[] {toast, v});
            }
        }
        return batch;
    }

    private static String text(Map<Integer, String[]> model) {
        return model.entrySet().stream()
                .map(e -> e.getKey() + "\t" + (e.getValue()[0] == null ? "\\N" : e.getValue()[0]) + "\t"
                        + e.getValue()[1])
                .collect(Collectors.joining("\n"));
    }
}

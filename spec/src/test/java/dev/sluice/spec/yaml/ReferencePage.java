package dev.sluice.spec.yaml;

import dev.sluice.spec.yaml.Shape.Key;
import dev.sluice.spec.yaml.Shape.Mapping;
import dev.sluice.spec.yaml.Shape.Presence;
import dev.sluice.spec.yaml.Shape.Scalar;
import dev.sluice.spec.yaml.Shape.Sequence;
import dev.sluice.spec.yaml.Shape.Shorthand;

/** The description of the keys as a Markdown page. */
final class ReferencePage {
    private static final String HEAD = """
            # sluice.yaml

            Generated from `SluiceYaml`; do not edit. One file describes one pipeline. Check it with
            `sluice validate -f sluice.yaml`; editors know its keys by `spec/sluice.schema.json`.

            * Values carry their unit: `250ms`, `10s`, `5m`, `36h`, `8d`; `64KB`, `128MB`, `1GB` (1 KB is 1024 B).
            * Any value may refer to the environment or a file: `${env:NAME}`, `${env:NAME:-default}`,
              `${file:PATH}`; `$${` is a plain `${`. Secrets should only come this way.
            * Relative paths start from the folder of the file.
            * A section that is left out is off (`hot`, `models`) or has its defaults (`stream`, `upkeep`). A key
              marked *required* must be there when its section is.
            * YAML tags, anchors and aliases are refused; the file is at most 1 MB.

            | Key | Value | Default | Meaning |
            |---|---|---|---|
            """;

    private ReferencePage() {}

    static String text() {
        StringBuilder page = new StringBuilder(HEAD);
        rows(SluiceYaml.DOCUMENT, "", page);
        return page.toString();
    }

    private static void rows(Mapping mapping, String prefix, StringBuilder page) {
        for (Key key : mapping.keys()) {
            String fallback = key.presence() == Presence.REQUIRED
                    ? "*required*"
                    : key.defaultText().map(text -> "`" + text + "`").orElse("");
            page.append("| `%s` | %s | %s | %s |%n"
                    .formatted(prefix + key.name(), kind(key.shape()), fallback, escape(key.doc())));
            switch (key.shape()) {
                case Mapping inner -> rows(inner, prefix + key.name() + ".", page);
                case Sequence sequence
                when sequence.element() instanceof Shorthand either ->
                    rows(either.mapping(), prefix + key.name() + "[].", page);
                case Sequence sequence -> {}
                case Shorthand either -> {}
                case Scalar scalar -> {}
            }
        }
    }

    private static String kind(Shape shape) {
        return switch (shape) {
            case Scalar scalar -> escape(scalar.kind().expected());
            case Mapping mapping -> "section";
            case Sequence sequence -> "list of " + kind(sequence.element());
            case Shorthand either ->
                kind(either.mapping().key(either.shorthand()).orElseThrow().shape()) + ", or a mapping";
        };
    }

    private static String escape(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*");
    }
}

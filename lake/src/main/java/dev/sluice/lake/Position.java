package dev.sluice.lake;

import dev.sluice.spec.Lsn;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A place in the history of a source. Positions of one pipeline are totally ordered by {@code order}; what people and
 * other systems see is {@code text}. PostgreSQL's is the commit LSN, in both.
 *
 * <p>Two positions are equal when their texts are: sources whose order is coarser than their positions must not make
 * two texts of one order within a pipeline.
 *
 * @param order compared unsigned; 0 stands before everything
 * @param text as the source writes it, such as {@code 16/B374D848}
 */
public record Position(long order, String text) implements Comparable<Position>, Serializable {
    /** Before everything. */
    public static final Position ZERO = of(Lsn.ZERO);

    /** PostgreSQL's position of a commit. */
    public static Position of(Lsn lsn) {
        return new Position(lsn.value(), lsn.toString());
    }

    /** @param text as the source writes it; empty when that is the form of an LSN */
    public static Position of(long order, String text) {
        return text.isEmpty() ? of(new Lsn(order)) : new Position(order, text);
    }

    /** What two keys of a stamp say: {@code order} in the form of an LSN, and the text where it is another one. */
    static Position read(String order, @Nullable String text) {
        Position plain = parse(order);
        return text == null || text.equals(plain.text) ? plain : new Position(plain.order, text);
    }

    /** The order, in the form of an LSN. */
    String orderText() {
        return new Lsn(order).toString();
    }

    /** Parses the text of a PostgreSQL position; throws {@link IllegalArgumentException} on anything else. */
    public static Position parse(String text) {
        return of(Lsn.parse(text));
    }

    public static Position max(Position a, Position b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    /** The position as PostgreSQL's; meaningful where the source is PostgreSQL. */
    public Lsn lsn() {
        return new Lsn(order);
    }

    public boolean isAtMost(Position other) {
        return compareTo(other) <= 0;
    }

    public boolean isBelow(Position other) {
        return compareTo(other) < 0;
    }

    @Override
    public int compareTo(Position other) {
        return Long.compareUnsigned(order, other.order);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Position position && position.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}

package dev.sluice.catalog.rest;

import dev.sluice.catalog.http.Call;
import java.util.Optional;
import org.apache.iceberg.exceptions.BadRequestException;

/** Which part of a list a client asks for. A token is the position that the next page begins at. */
record Page(String token, String size) {
    /** Empty when the client wants all at once. */
    static Optional<Page> of(Call call) {
        String token = number(call.parameter("pageToken").orElse("0"), 0);
        return call.parameter("pageSize").map(size -> new Page(token, number(size, 1)));
    }

    private static String number(String text, int min) {
        try {
            if (Integer.parseInt(text) >= min) {
                return text;
            }
        } catch (NumberFormatException e) {
            // Refused below, as any other that does not fit.
        }
        throw new BadRequestException("pageToken must be one that a page named, pageSize a positive number");
    }
}

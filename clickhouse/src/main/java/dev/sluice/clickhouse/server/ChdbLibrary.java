package dev.sluice.clickhouse.server;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The functions of libchdb 26.7 that the server calls, one method each. Loaded once per process and never unloaded.
 * Thread-safe; the engine itself wants stacks of 16 MB ({@link EngineThreads}).
 */
final class ChdbLibrary {
    private static final FunctionDescriptor WITH_PARAMETERS = FunctionDescriptor.of(
            ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    private static final FunctionDescriptor ADDRESS_OF_ADDRESS = FunctionDescriptor.of(ADDRESS, ADDRESS);
    private static final FunctionDescriptor ADDRESS_OF_TWO = FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS);
    private static final FunctionDescriptor LONG_OF_ADDRESS = FunctionDescriptor.of(JAVA_LONG, ADDRESS);
    private static final FunctionDescriptor VOID_OF_ADDRESS = FunctionDescriptor.ofVoid(ADDRESS);

    private final SymbolLookup symbols;
    private final MethodHandle connect;
    private final MethodHandle closeConnection;
    private final MethodHandle query;
    private final MethodHandle streamQuery;
    private final MethodHandle streamFetch;
    private final MethodHandle streamCancel;
    private final MethodHandle insert;
    private final MethodHandle insertAppend;
    private final MethodHandle insertDone;
    private final MethodHandle insertCancel;
    private final MethodHandle insertError;
    private final MethodHandle insertDestroy;
    private final MethodHandle resultDestroy;
    private final MethodHandle resultBuffer;
    private final MethodHandle resultLength;
    private final MethodHandle resultError;
    private final MethodHandle resultRowsRead;
    private final MethodHandle resultBytesRead;
    private final MethodHandle resultRowsWritten;
    private final MethodHandle resultBytesWritten;

    private ChdbLibrary(SymbolLookup symbols) {
        this.symbols = symbols;
        connect = bind("chdb_connect", FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));
        closeConnection = bind("chdb_close_conn", VOID_OF_ADDRESS);
        query = bind("chdb_query_with_params_n", WITH_PARAMETERS);
        streamQuery = bind("chdb_stream_query_with_params_n", WITH_PARAMETERS);
        streamFetch = bind("chdb_stream_fetch_result", ADDRESS_OF_TWO);
        streamCancel = bind("chdb_stream_cancel_query", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
        insert = bind("chdb_stream_insert_with_params_n", WITH_PARAMETERS);
        insertAppend = bind("chdb_stream_append", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));
        insertDone = bind("chdb_stream_done", ADDRESS_OF_ADDRESS);
        insertCancel = bind("chdb_stream_cancel_insert", VOID_OF_ADDRESS);
        insertError = bind("chdb_stream_insert_error", ADDRESS_OF_ADDRESS);
        insertDestroy = bind("chdb_destroy_insert_stream", VOID_OF_ADDRESS);
        resultDestroy = bind("chdb_destroy_query_result", VOID_OF_ADDRESS);
        resultBuffer = bind("chdb_result_buffer", ADDRESS_OF_ADDRESS);
        resultLength = bind("chdb_result_length", LONG_OF_ADDRESS);
        resultError = bind("chdb_result_error", ADDRESS_OF_ADDRESS);
        resultRowsRead = bind("chdb_result_rows_read", LONG_OF_ADDRESS);
        resultBytesRead = bind("chdb_result_bytes_read", LONG_OF_ADDRESS);
        resultRowsWritten = bind("chdb_result_rows_written", LONG_OF_ADDRESS);
        resultBytesWritten = bind("chdb_result_bytes_written", LONG_OF_ADDRESS);
    }

    /**
     * Loads the library and keeps its hands off the signals that the JVM lives by; call it before anything connects.
     *
     * @throws SluiceException E1304 when the file is missing or is not this library
     */
    static ChdbLibrary load(Path file) {
        String fix = "Run: sluice fetch, or name a libchdb.so 26.7 with --library.";
        if (!Files.isReadable(file)) {
            throw new SluiceException(ErrorCode.E1304, "no readable ClickHouse library at " + file, fix);
        }
        try {
            SymbolLookup symbols = SymbolLookup.libraryLookup(file.toAbsolutePath(), Arena.global());
            ChdbLibrary library = new ChdbLibrary(symbols);
            invoke(library.bind("chdb_set_signal_handlers_enabled", FunctionDescriptor.ofVoid(JAVA_INT)), 0);
            return library;
        } catch (IllegalArgumentException | UnsatisfiedLinkError e) {
            throw new SluiceException(
                    ErrorCode.E1304, "the ClickHouse library " + file + " cannot be used: " + e.getMessage(), fix, e);
        }
    }

    private MethodHandle bind(String name, FunctionDescriptor descriptor) {
        MemorySegment address = symbols.find(name)
                .orElseThrow(
                        () -> new IllegalArgumentException("it has no function " + name + "; version 26.7 has it"));
        return Linker.nativeLinker().downcallHandle(address, descriptor);
    }

    String version() {
        return text(address(bind("chdb_version", FunctionDescriptor.of(ADDRESS))));
    }

    /** Returns the handle to close, {@link MemorySegment#NULL} when the engine refused (it says why on stderr). */
    MemorySegment connect(String... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argv = arena.allocate(MemoryLayout.sequenceLayout(arguments.length, ADDRESS));
            for (int i = 0; i < arguments.length; i++) {
                argv.setAtIndex(ADDRESS, i, arena.allocateFrom(arguments[i]));
            }
            return address(connect, arguments.length, argv);
        }
    }

    void closeConnection(MemorySegment handle) {
        invoke(closeConnection, handle);
    }

    int shutdown() {
        return (int) invoke(bind("chdb_shutdown", FunctionDescriptor.of(JAVA_INT)));
    }

    MemorySegment query(MemorySegment connection, EngineStatement statement, Arena arena) {
        return withParameters(query, connection, statement, arena);
    }

    MemorySegment streamQuery(MemorySegment connection, EngineStatement statement, Arena arena) {
        return withParameters(streamQuery, connection, statement, arena);
    }

    MemorySegment streamFetch(MemorySegment connection, MemorySegment stream) {
        return address(streamFetch, connection, stream);
    }

    void streamCancel(MemorySegment connection, MemorySegment stream) {
        invoke(streamCancel, connection, stream);
    }

    MemorySegment insert(MemorySegment connection, EngineStatement statement, Arena arena) {
        return withParameters(insert, connection, statement, arena);
    }

    boolean insertAppend(MemorySegment insert, MemorySegment data, long length) {
        return (int) invoke(insertAppend, insert, data, length) == 0;
    }

    MemorySegment insertDone(MemorySegment insert) {
        return address(insertDone, insert);
    }

    void insertCancel(MemorySegment insert) {
        invoke(insertCancel, insert);
    }

    String insertError(MemorySegment insert) {
        return text(address(insertError, insert));
    }

    void insertDestroy(MemorySegment insert) {
        invoke(insertDestroy, insert);
    }

    void resultDestroy(MemorySegment result) {
        invoke(resultDestroy, result);
    }

    /** The bytes of a result; they live until {@link #resultDestroy}. */
    MemorySegment resultBytes(MemorySegment result) {
        long length = (long) invoke(resultLength, result);
        return length == 0 ? MemorySegment.NULL : address(resultBuffer, result).reinterpret(length);
    }

    /** The message of an error, null when there is none. */
    String resultError(MemorySegment result) {
        return text(address(resultError, result));
    }

    EngineResult.Counters resultCounters(MemorySegment result) {
        return new EngineResult.Counters(
                (long) invoke(resultRowsRead, result),
                (long) invoke(resultBytesRead, result),
                (long) invoke(resultRowsWritten, result),
                (long) invoke(resultBytesWritten, result));
    }

    private static MemorySegment withParameters(
            MethodHandle function, MemorySegment connection, EngineStatement statement, Arena arena) {
        byte[] sql = statement.sql().getBytes(StandardCharsets.UTF_8);
        byte[] format = statement.format().getBytes(StandardCharsets.UTF_8);
        int count = statement.parameters().size();
        MemorySegment names = arena.allocate(ADDRESS, Math.max(count, 1));
        MemorySegment nameLengths = arena.allocate(JAVA_LONG, Math.max(count, 1));
        MemorySegment values = arena.allocate(ADDRESS, Math.max(count, 1));
        MemorySegment valueLengths = arena.allocate(JAVA_LONG, Math.max(count, 1));
        int i = 0;
        for (var parameter : statement.parameters().entrySet()) {
            put(arena, names, nameLengths, i, parameter.getKey());
            put(arena, values, valueLengths, i, parameter.getValue());
            i++;
        }
        return address(
                function,
                connection,
                bytes(arena, sql),
                (long) sql.length,
                bytes(arena, format),
                (long) format.length,
                names,
                nameLengths,
                values,
                valueLengths,
                (long) count);
    }

    private static void put(Arena arena, MemorySegment pointers, MemorySegment lengths, int index, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        pointers.setAtIndex(ADDRESS, index, bytes(arena, utf8));
        lengths.setAtIndex(JAVA_LONG, index, utf8.length);
    }

    /** Copies with a zero behind, as some functions of the library measure what they were given the length of. */
    private static MemorySegment bytes(Arena arena, byte[] content) {
        MemorySegment copy = arena.allocate(content.length + 1L);
        MemorySegment.copy(MemorySegment.ofArray(content), 0, copy, 0, content.length);
        return copy;
    }

    private static String text(MemorySegment address) {
        return address.address() == 0
                ? null
                : address.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static MemorySegment address(MethodHandle function, Object... arguments) {
        return (MemorySegment) invoke(function, arguments);
    }

    private static Object invoke(MethodHandle function, Object... arguments) {
        try {
            return function.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a call into the ClickHouse library failed", e);
        }
    }
}

package dev.sluice.torture.proxy;

/** What a {@link FaultyProxy} does to what passes. */
public enum ProxyFault {
    /** Connections are ended, and new ones too. */
    CUT,
    /** What is sent vanishes, and nobody is told; the connections are ended with the fault. */
    HALF_OPEN,
    /** Everything comes later. */
    SLOW,
    /** HTTP: not passed on, answered by 503; some requests do pass. */
    UNAVAILABLE,
    /** HTTP: a request that changes something is passed on, and the connection ended in place of the answer. */
    ANSWER_LOST,
    /** HTTP: the connection is ended at once, and a request that changes something is passed on later all the same. */
    LATE
}

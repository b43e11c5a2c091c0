# Sourced by ./sluice of a checkout and by bin/sluice of a distribution, which set $state: finds a JVM, runs the command
# line on it.

say() { printf 'sluice: %s\n' "$*" >&2; }
missing() { # what, how to get it
    printf 'E1304 missing prerequisite: %s\nFix: %s\n' "$1" "$2" >&2
    exit 2
}

# Java 25 or newer, wherever it stands; it need not be the default `java`.
java_major() { sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2> /dev/null; }
find_java() { # the program that it must have: java, or javac to build with
    local candidate major
    for candidate in "${SLUICE_JAVA_HOME:-}" "${JAVA_HOME:-}" \
        /usr/lib/jvm/*25* /usr/lib/jvm/*2[6-9]* /usr/java/*25* /opt/java/*25* /opt/jdk*25* \
        "$HOME"/.sdkman/candidates/java/25* "$HOME"/.jdks/*25* "$HOME"/.local/share/mise/installs/java/*25* \
        "$(dirname "$(dirname "$(readlink -f "$(command -v "$1" || echo /none/bin/none)")")")"; do
        [ -n "$candidate" ] && [ -x "$candidate/bin/$1" ] || continue
        major=$(java_major "$candidate")
        if [ -n "$major" ] && [ "$major" -ge 25 ]; then
            printf '%s' "$candidate"
            return 0
        fi
    done
    return 1
}

launch() { # class path, arguments
    local classes=$1
    shift
    mkdir -p "$state/jvm" 2> /dev/null || true
    # Classes as an earlier run laid them out; written anew when they have changed. A JVM that finds no room for that
    # when it ends calls it an error, so on a full disk it is not asked to.
    local archive=("-XX:SharedArchiveFile=$state/jvm/cli.jsa" -Xlog:cds=off,cds+dynamic=off,aot=off)
    if [ "$(df -Pk "$state" 2> /dev/null | awk 'NR == 2 { print $4 }')" -gt 204800 ] 2> /dev/null; then
        archive+=(-XX:+AutoCreateSharedArchive)
    elif [ ! -f "$state/jvm/cli.jsa" ]; then
        archive=()
    fi
    # The options of Jvm.java (stack/): C2 only for what is really hot. A demo of the usual size ends before C2 could pay.
    local compiler=(-XX:Tier4InvocationThreshold=150000 -XX:Tier4MinInvocationThreshold=18000
        -XX:Tier4CompileThreshold=450000 -XX:Tier4BackEdgeThreshold=1200000)
    case "$*" in
        *--rows*) ;;
        demo*) compiler=(-XX:TieredStopAtLevel=1) ;;
    esac
    exec "$JAVA_HOME/bin/java" -Xmx768m -XX:+UseSerialGC -XX:MetaspaceSize=96m "${compiler[@]}" "${archive[@]}" \
        --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
        -Dorg.slf4j.simpleLogger.defaultLogLevel="${SLUICE_LOG:-error}" \
        -cp "$classes" dev.sluice.cli.Main "$@"
}

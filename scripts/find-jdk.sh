# SPDX-License-Identifier: Apache-2.0
# Copyright The Wellhead Authors
#
# Sourced by ./wellhead and ./check. Sets java_bin and java_major to the Java that will be used: JAVA_HOME, else the
# one on PATH. Prints one line and returns 1 when it is older than 17 or there is none.

java_minimum=17

# Reads the major version from the folder's release file, which is much faster than starting a JVM.
java_major_of() {
    local home release version
    home=$(dirname "$(dirname "$1")")
    release="$home/release"
    version=""
    if [ -r "$release" ]; then
        version=$(sed -n 's/^JAVA_VERSION="\([^"]*\)".*/\1/p' "$release" | head -n 1)
    fi
    if [ -z "$version" ]; then
        version=$("$1" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p' | head -n 1)
    fi
    version=${version#1.}
    printf '%s' "${version%%[!0-9]*}"
}

find_jdk() {
    local found
    java_bin=""
    java_major=""
    if [ -n "${JAVA_HOME:-}" ]; then
        java_bin="$JAVA_HOME/bin/java"
        if [ ! -x "$java_bin" ]; then
            echo "needs a JDK $java_minimum or newer: JAVA_HOME=$JAVA_HOME has no bin/java" >&2
            return 1
        fi
    else
        found=$(command -v java || true)
        if [ -z "$found" ]; then
            echo "needs a JDK $java_minimum or newer: there is no java on PATH and JAVA_HOME is not set" >&2
            return 1
        fi
        java_bin=$(readlink -f "$found" 2>/dev/null || printf '%s' "$found")
    fi
    java_major=$(java_major_of "$java_bin")
    if [ -z "$java_major" ] || [ "$java_major" -lt "$java_minimum" ]; then
        echo "needs a JDK $java_minimum or newer: $java_bin is version ${java_major:-unknown}; set JAVA_HOME to another" >&2
        return 1
    fi
}

# What a build needs beside a Java: its compiler, and Maven.
find_build_tools() {
    if [ ! -x "$(dirname "$java_bin")/javac" ]; then
        echo "needs a JDK $java_minimum or newer: $java_bin has no javac beside it (a JRE); set JAVA_HOME to a JDK" >&2
        return 1
    fi
    if ! command -v mvn >/dev/null 2>&1; then
        echo "needs Maven 3.8 or newer: there is no mvn on PATH" >&2
        return 1
    fi
}

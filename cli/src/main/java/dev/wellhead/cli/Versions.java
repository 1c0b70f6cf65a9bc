// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import picocli.CommandLine.IVersionProvider;

/** The version line: from the jar's manifest, which the build writes. */
final class Versions implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {"wellhead " + current()};
    }

    static String current() {
        var version = Versions.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }
}

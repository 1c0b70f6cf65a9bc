// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import java.util.Properties;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSession;

/**
 * Notes what a handshake ended with and refuses every host, so that the connection ends before a login. Only for
 * {@link PostgresProbe}; public because pgjdbc makes it by its name.
 */
public final class TlsLookVerifier implements HostnameVerifier {

    private final TlsNotes notes;

    /**
     * Called by pgjdbc.
     *
     * @param properties of the connect
     * @throws IllegalStateException when no look is under way
     */
    public TlsLookVerifier(Properties properties) {
        this.notes = TlsNotes.of(properties);
    }

    /** Always false. */
    @Override
    public boolean verify(String host, SSLSession session) {
        notes.handshaken(host, session);
        return false;
    }
}

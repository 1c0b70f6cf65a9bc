// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import java.security.GeneralSecurityException;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.postgresql.ssl.WrappedFactory;

/**
 * Sockets that accept any certificate and note it. Only for {@link PostgresProbe}, which sends nothing over them; public
 * because pgjdbc makes it by its name. Does not work in a URL of a user's.
 */
public final class TlsLookFactory extends WrappedFactory {

    /**
     * Called by pgjdbc.
     *
     * @param properties of the connect
     * @throws GeneralSecurityException when Java has no TLS
     * @throws IllegalStateException when no look is under way
     */
    public TlsLookFactory(Properties properties) throws GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {TlsNotes.of(properties)}, null);
        factory = context.getSocketFactory();
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import com.mysql.cj.conf.PropertyKey;
import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.protocol.StandardSocketFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;

/**
 * Sockets that the pool can look at. Only for {@link MySqlSupport}; public because MySQL's driver makes it by its name.
 */
public final class MySqlSockets extends StandardSocketFactory {

    /** Called by the driver. */
    public MySqlSockets() {}

    @Override
    protected Socket createSocket(PropertySet properties) {
        if (properties.getStringProperty(PropertyKey.socksProxyHost).getValue() != null) {
            return super.createSocket(properties);
        }
        try {
            return MariaDbSockets.make(() -> super.createSocket(properties));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.pool.Secret;
import java.security.KeyStore;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTPS by two files, TLS 1.2 and 1.3. Looks at the files once a second, through links, so that a renamed file and a
 * swapped link are seen; what looks the same at two looks in a row, and otherwise than what is in use, is read. New
 * connections get the new certificate, open ones go on. A pair that cannot be used is told once, and the old one stays.
 */
final class Tls implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Tls.class);
    private static final long LOOK_MILLIS = 1_000;

    private final TlsFiles files;
    private final SslContextFactory.Server context = new SslContextFactory.Server();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        var made = new Thread(work, "wellhead-tls");
        made.setDaemon(true);
        return made;
    });
    // Of the thread alone, once it runs.
    private TlsFiles.Stamps read;
    private TlsFiles.Stamps before;

    /**
     * Reads the files, and looks at them until this is closed.
     *
     * @throws TlsFilesException when they cannot be used
     */
    Tls(TlsFiles files) {
        this.files = files;
        // Before they are read: what changes meanwhile is seen.
        this.read = files.stamps();
        this.before = read;
        context.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        use(files.read());
        var unused = thread.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    SslContextFactory.Server context() {
        return context;
    }

    private void use(KeyStore store) {
        context.setKeyStore(store);
        context.setKeyStorePassword(TlsFiles.STORE_PASSWORD);
    }

    private void look() {
        try {
            var now = files.stamps();
            boolean isSettled = now.equals(before);
            before = now;
            if (!isSettled || now.equals(read)) {
                return;
            }
            read = now;
            var store = files.read();
            context.reload(factory -> use(store));
            LOG.info("certificate reloaded file={}", files.certificate());
        } catch (TlsFilesException e) {
            LOG.error("certificate kept cause={}", e.getMessage());
        } catch (Exception e) {
            LOG.error("certificate kept cause={}", e.getClass().getSimpleName(), Secret.mask(e));
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

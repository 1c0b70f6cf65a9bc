// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that the server shows, and its key: two PEM files. The certificate's file may hold the chain, the
 * server's own first.
 *
 * @param certificate the path of {@code server.tls-cert}
 * @param key the path of {@code server.tls-key}
 */
record TlsFiles(String certificate, String key) {

    /** A store in memory needs one; it guards nothing. */
    static final String STORE_PASSWORD = "in-memory";

    private static final int MOST_BYTES = 1024 * 1024;
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    /** What both files looked like at one moment, through links; null where there is none. */
    record Stamps(@Nullable Stamp certificate, @Nullable Stamp key) {}

    /** One file: which it is, when it was written, and how long it is. */
    record Stamp(
            FileTime modified, long sizeBytes, @Nullable Object identity) {}

    /** What they look like now. */
    Stamps stamps() {
        return new Stamps(stamp(certificate), stamp(key));
    }

    private static @Nullable Stamp stamp(String file) {
        try {
            var seen = Files.readAttributes(Path.of(file), BasicFileAttributes.class);
            return new Stamp(seen.lastModifiedTime(), seen.size(), seen.fileKey());
        } catch (IOException | InvalidPathException none) {
            // Reading it says why, with the mend.
            return null;
        }
    }

    /**
     * Reads both.
     *
     * @throws TlsFilesException when they cannot be used; the text says which, why and what to do
     */
    KeyStore read() {
        var chain = chain();
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "server",
                    privateKey(chain.get(0).getPublicKey()),
                    STORE_PASSWORD.toCharArray(),
                    chain.toArray(Certificate[]::new));
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsFilesException("server.tls-cert", certificate, "cannot be used: " + e.getMessage(), e);
        }
    }

    private List<Certificate> chain() {
        try {
            var bytes = text("server.tls-cert", certificate).getBytes(StandardCharsets.US_ASCII);
            var chain = List.<Certificate>copyOf(
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes)));
            if (chain.isEmpty()) {
                throw new TlsFilesException(
                        "server.tls-cert", certificate, "holds no certificate: give a PEM file", null);
            }
            return chain;
        } catch (GeneralSecurityException e) {
            throw new TlsFilesException(
                    "server.tls-cert", certificate, "holds no certificate that can be read: give a PEM file", e);
        }
    }

    private PrivateKey privateKey(PublicKey certified) {
        var text = text("server.tls-key", key);
        if (text.contains("-----BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED")) {
            throw new TlsFilesException(
                    "server.tls-key",
                    key,
                    "is encrypted: decrypt it with openssl pkcs8 -in KEY -out NEW, and let its user alone read it",
                    null);
        }
        var found = PKCS8.matcher(text);
        if (!found.find()) {
            throw new TlsFilesException(
                    "server.tls-key",
                    key,
                    "is no key in PKCS #8: convert it with openssl pkcs8 -topk8 -nocrypt -in KEY -out NEW",
                    null);
        }
        try {
            var bytes = Base64.getMimeDecoder().decode(found.group(1));
            var made = KeyFactory.getInstance(certified.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(bytes));
            if (fits(made, certified)) {
                return made;
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // Without the cause: it may show parts of the key.
            throw unfit();
        }
        throw unfit();
    }

    private TlsFilesException unfit() {
        return new TlsFilesException(
                "server.tls-key",
                key,
                "is not the key of the certificate in " + certificate + ": give both of one",
                null);
    }

    private static boolean fits(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        var algorithm = switch (certified.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> certified.getAlgorithm();
        };
        var sample = "fits".getBytes(StandardCharsets.US_ASCII);
        var signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(sample);
        var verifier = Signature.getInstance(algorithm);
        verifier.initVerify(certified);
        verifier.update(sample);
        return verifier.verify(signer.sign());
    }

    private static String text(String setting, String file) {
        try (var in = Files.newInputStream(Path.of(file))) {
            return new String(in.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII);
        } catch (IOException | InvalidPathException e) {
            throw new TlsFilesException(setting, file, "cannot be read: check the path and who may read it", e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.embedded;

/**
 * A running embedded server as its owner has published it.
 *
 * @param url JDBC URL with the user, without a password
 * @param port TCP port on 127.0.0.1
 * @param pid process id of the postmaster
 * @param ownerPid process id of the JVM that started it and will stop it
 * @param user name of the superuser
 * @param version version of the server, for instance {@code 18.6}
 */
public record RunningServer(String url, int port, long pid, long ownerPid, String user, String version) {}

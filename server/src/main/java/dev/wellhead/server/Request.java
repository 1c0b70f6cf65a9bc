// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.util.Map;
import java.util.Optional;

/**
 * What a route may know of one request.
 *
 * @param path the path asked for
 * @param parameters of the query, the first value of each
 * @param authorization the header of that name, or empty
 * @param host the host that the client believes to talk to, without its port; empty when it did not say
 * @param remote the address it comes from
 * @param body the whole body; empty for what is read
 */
record Request(
        String path, Map<String, String> parameters, String authorization, String host, String remote, String body) {

    /** That parameter, if it was given and is not empty. */
    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
    }

    /** The same with its body. */
    Request with(String read) {
        return new Request(path, parameters, authorization, host, remote, read);
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** MongoDB beside the SQL databases of a manager: {@link dev.wellhead.mongo.MongoDatabaseClient}. */
@NullMarked
package dev.wellhead.mongo;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

/** What is posted to a webhook. */
public enum WebhookForm {
    /** All fields of an alert by name. */
    GENERIC,
    /** A message for Slack's incoming webhooks, and what understands these. */
    SLACK
}

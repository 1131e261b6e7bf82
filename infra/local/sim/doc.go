// Package sim is what the provider simulators share: the store of accounts, customers, files and messages in a journal, the
// delivery of webhooks, faults on demand, the control API and the phone page in the browser. A provider's package adds its wire
// format in both directions.
//
// Accepted messages and unanswered webhooks survive kill -9: they are in the journal before anybody is told. Times inside
// messages come from the injected clock; delays and retries run in real time. A simulator implements the wire format on its own
// and never imports a channel adapter, so that a mistake in one does not hide a mistake in the other.
//
// A new provider's package has a Simulator that embeds a Store and Faults, implements Provider, and registers a Control and a Page
// beside its own routes. One line in infra/local/stack opens it.
//
// This package imports the standard library only; a provider's package imports this one and the standard library.
package sim

// Package acceptance holds the system tests. Each starts a local stack of its own and uses it as clients do: over HTTP, the WebSocket
// and the providers' wire formats.
//
// It holds tests only. They may import the local stack, the provider simulators and the topology, but no function and no store.
package acceptance

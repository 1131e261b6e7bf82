// Package acceptance holds the stories that the product must tell, as tests: each starts a local stack of its own and speaks to it
// as the world does, over HTTP, the socket and the providers' wire format. It holds nothing but tests, which may import what
// they start and nothing that is behind it.
package acceptance

// Package cost computes what Recado costs on AWS: the list prices (prices.go), the monthly bill of a stage without traffic (Idle, from
// the topology), and the bill of what a run of the local stack used (Usage).
//
// No free tier and no discount is counted. It imports the topology and the standard library only, so that it needs neither AWS,
// jsii nor Node; what it reads from the topology is compared with the synthesised templates by a test beside those.
package cost

// Package whatsapp is WhatsApp on one's own machine: the Graph API that businesses call, the signed webhooks that it calls them
// with, and a phone in the browser on which the customers write.
//
// It speaks the wire format on its own and does not import the channel adapter, so that a mistake in one does not hide a mistake
// in the other. What it knows it keeps in a journal in its data directory: a message that was accepted, and a webhook that was
// not answered with 200 yet, survive kill -9. Times inside messages come from the injected clock; delays and back-offs run in
// real time.
//
// It imports the standard library only.
package whatsapp

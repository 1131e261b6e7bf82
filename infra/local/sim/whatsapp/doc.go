// Package whatsapp simulates WhatsApp: the Graph API that businesses call and the signed webhooks that it sends them. The rest of
// a simulator is package sim's, which is all it may import beside the standard library.
package whatsapp

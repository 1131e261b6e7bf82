// Package whatsapp is the channel adapter for the WhatsApp Cloud API (Meta's Graph API).
//
// Inbound: one webhook body may carry up to a thousand updates for several numbers. Split makes items of it without validating
// them, Parse converts one item to chat.Inbound. Every nested field is optional, since Meta may omit any: a field of a wrong type
// counts as absent, and an unknown kind becomes a placeholder or an ignored item. Only an item without a contact or an id is refused.
//
// A contact has up to two addresses: the business-scoped user id (AR.8812300045), which is always present since 2026, even when the
// phone number is hidden, and the phone number. The user id is the one to keep.
//
// Outbound: the API has no idempotency key. When a request may have reached Meta but we got no response, Send returns
// channel.ClassUncertain. A later status with our reference then shows whether Meta accepted the message.
//
// Windows and limits: free text within 24 h of the contact's last message; text 4096 and caption 1024 characters; media are
// uploaded and sent by id, inbound media can be fetched for seven days through URLs that expire after five minutes.
//
// Provider's documentation: https://developers.facebook.com/docs/whatsapp/cloud-api
//
// It imports chat, channel, fault and outbound.
package whatsapp

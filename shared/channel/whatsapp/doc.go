// Package whatsapp is the channel adapter for the WhatsApp Cloud API (Meta's Graph API).
//
// Inbound, one webhook body may carry up to a thousand updates for several numbers: Split takes it apart without judging what
// is inside, Parse puts one item into our words. Every nested field is optional, since Meta leaves out what it likes: a field of
// a wrong type counts as absent, a kind we do not know becomes a placeholder or an ignored item, and only what names nobody or
// nothing is refused.
//
// A person is known by up to two addresses: the business-scoped user id (AR.8812300045), which is always there since 2026 and
// survives a hidden phone number, and the phone number. The first is the one to keep.
//
// Outbound, the API knows no idempotency key. Whenever a request may have reached Meta without an answer reaching us, Send says
// so (channel.ClassUncertain), and the status that carries our reference back decides.
//
// Windows and limits: free text within 24 h of the contact's last message; text 4096 and caption 1024 characters; media are
// uploaded and sent by id, inbound media can be fetched for seven days through addresses that live five minutes.
//
// Provider's documentation: https://developers.facebook.com/docs/whatsapp/cloud-api
//
// It imports chat, channel, fault and outbound.
package whatsapp

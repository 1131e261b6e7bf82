package whatsapp

import (
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

// flowToken is the field in which a Flow returns the business's own reference. It is kept in the document and not shown.
const flowToken = "flow_token"

// formOf reads what a contact filled into a Flow: response_json is a document within a string. PROVIDERS §11.1-38
func formOf(reply wireFormReply) *chat.Form {
	if reply.Response == "" {
		return nil
	}
	return &chat.Form{Name: reply.Name, Fields: channel.FormFields(reply.Response, flowToken), Raw: reply.Response}
}

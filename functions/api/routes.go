package api

import (
	"context"
	"net/http"

	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
)

// access is what a route requires of its caller: a permission, or one of the two below.
type access string

const (
	public   access = "public"    // anybody
	signedIn access = "signed in" // any operator, whatever their role
)

// route is one entry of the table. A request that matches no entry is answered with not_found.
type route struct {
	method  string
	pattern string
	access  access
	handle  func(context.Context, *call) (httpapi.Response, error)
	status  int    // of the usual answer
	summary string // for the published document
	body    any    // zero value of the body's type in package wire; nil = none
	answer  any    // zero value of the answer's type in package wire; nil = none
	query   any    // zero value of the type in package wire whose fields are the query parameters; nil = none
	creates bool   // takes an Idempotency-Key
}

const (
	get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete

	done     = http.StatusOK
	made     = http.StatusCreated
	accepted = http.StatusAccepted
	nothing  = http.StatusNoContent
)

// may requires a permission.
func may(p permission.Permission) access { return access(p) }

// routes lists every route of the API.
func (h *Handler) routes() []route {
	conversation := "/api/v1/conversations/{id}"
	message := conversation + "/messages/{messageId}"
	return []route{
		{
			method: get, pattern: healthPath, access: public, handle: health,
			status: done, summary: "Whether the service answers", answer: wire.ServiceHealth{},
		},
		{
			method: get, pattern: "/api/v1/openapi.json", access: public, handle: h.describe,
			status: done, summary: "This description",
		},

		{
			method: post, pattern: "/api/v1/auth/sign-up", access: public, handle: h.signUp,
			status: made, summary: "Make an account and its owner", body: wire.SignUp{}, answer: wire.SignedIn{},
		},
		{
			method: post, pattern: "/api/v1/auth/sign-in", access: public, handle: h.signIn,
			status: done, summary: "Begin a session", body: wire.SignIn{}, answer: wire.SignedIn{},
		},
		{
			method: post, pattern: "/api/v1/auth/sign-out", access: public, handle: h.signOut,
			status: nothing, summary: "End the session",
		},
		{
			method: post, pattern: "/api/v1/auth/verify", access: public, handle: h.verify,
			status: nothing, summary: "Prove an e-mail address", body: wire.Token{},
		},
		{
			method: post, pattern: "/api/v1/auth/verify/resend", access: signedIn, handle: h.resendVerification,
			status: accepted, summary: "Mail another link", answer: wire.Empty{},
		},
		{
			method: post, pattern: "/api/v1/auth/forgot", access: public, handle: h.forgot,
			status: accepted, summary: "Mail a link to set a new password", body: wire.Forgot{}, answer: wire.Empty{},
		},
		{
			method: post, pattern: "/api/v1/auth/reset", access: public, handle: h.reset,
			status: nothing, summary: "Set a new password", body: wire.Reset{},
		},

		{
			method: get, pattern: "/api/v1/sessions", access: signedIn, handle: h.listSessions,
			status: done, summary: "Where the caller is signed in", answer: wire.List[wire.Session]{},
		},
		{
			method: del, pattern: "/api/v1/sessions/{id}", access: signedIn, handle: h.deleteSession,
			status: nothing, summary: "End one of the caller's sessions",
		},
		{
			method: post, pattern: "/api/v1/socket-tickets", access: signedIn, handle: h.createSocketTicket,
			status: made, summary: "Open one socket", answer: wire.SocketTicket{},
		},

		{
			method: get, pattern: "/api/v1/me", access: signedIn, handle: h.getMe,
			status: done, summary: "Who the caller is", answer: wire.Me{},
		},
		{
			method: patch, pattern: "/api/v1/me", access: may(permission.ProfileEdit), handle: h.patchMe,
			status: done, summary: "Change one's own profile", body: wire.MeChange{}, answer: wire.Me{},
		},
		{
			method: put, pattern: "/api/v1/me/availability", access: may(permission.ProfileEdit), handle: h.putAvailability,
			status: done, summary: "Take conversations, or not", body: wire.AvailabilityChange{}, answer: wire.Operator{},
		},
		{
			method: put, pattern: "/api/v1/me/password", access: may(permission.ProfileEdit), handle: h.putPassword,
			status: nothing, summary: "Change one's own password", body: wire.PasswordChange{},
		},

		{
			method: get, pattern: "/api/v1/operators", access: may(permission.OperatorRead), handle: h.listOperators,
			status: done, summary: "The account's operators", answer: wire.List[wire.Operator]{},
		},
		{
			method: post, pattern: "/api/v1/operators", access: may(permission.OperatorManage), handle: h.createOperator,
			status: made, summary: "Add an operator", body: wire.NewOperator{}, answer: wire.Operator{}, creates: true,
		},
		{
			method: patch, pattern: "/api/v1/operators/{id}", access: may(permission.OperatorManage), handle: h.patchOperator,
			status: done, summary: "Change an operator", body: wire.OperatorChange{}, answer: wire.Operator{},
		},

		{
			method: get, pattern: "/api/v1/stores", access: may(permission.StoreRead), handle: h.listStores,
			status: done, summary: "The account's stores", answer: wire.List[wire.Store]{},
		},
		{
			method: post, pattern: "/api/v1/stores", access: may(permission.StoreManage), handle: h.createStore,
			status: made, summary: "Add a store", body: wire.NewStore{}, answer: wire.Store{}, creates: true,
		},

		{
			method: get, pattern: "/api/v1/channels", access: may(permission.ChannelRead), handle: h.listChannels,
			status: done, summary: "The connected channels", answer: wire.List[wire.Channel]{},
		},
		{
			method: post, pattern: "/api/v1/channels", access: may(permission.ChannelManage), handle: h.createChannel,
			status: made, summary: "Connect a channel", body: wire.NewChannel{}, answer: wire.Channel{}, creates: true,
		},
		{
			method: get, pattern: "/api/v1/channels/{id}", access: may(permission.ChannelRead), handle: h.getChannel,
			status: done, summary: "A channel", answer: wire.Channel{},
		},
		{
			method: patch, pattern: "/api/v1/channels/{id}", access: may(permission.ChannelManage), handle: h.patchChannel,
			status: done, summary: "Change or reconnect a channel", body: wire.ChannelChange{}, answer: wire.Channel{},
		},
		{
			method: del, pattern: "/api/v1/channels/{id}", access: may(permission.ChannelManage), handle: h.deleteChannel,
			status: nothing, summary: "Disconnect a channel",
		},

		{
			method: get, pattern: "/api/v1/channels/{id}/templates", access: may(permission.ConversationRead), handle: h.listTemplates,
			status: done, summary: "What the channel's provider approved beforehand", answer: wire.List[wire.Template]{}, query: wire.TemplateQuery{},
		},
		{
			method: post, pattern: "/api/v1/channels/{id}/templates/sync", access: may(permission.ChannelManage), handle: h.syncTemplates,
			status: accepted, summary: "Read the templates from the provider", answer: wire.Empty{},
		},

		{
			method: get, pattern: "/api/v1/capabilities", access: may(permission.ConversationRead), handle: h.listCapabilities,
			status: done, summary: "What the kinds of channels can do", answer: wire.List[wire.Capabilities]{},
		},

		{
			method: get, pattern: "/api/v1/settings", access: may(permission.SettingsRead), handle: h.getSettings,
			status: done, summary: "The account's settings", answer: wire.Settings{},
		},
		{
			method: patch, pattern: "/api/v1/settings", access: may(permission.SettingsManage), handle: h.patchSettings,
			status: done, summary: "Change the settings", body: wire.SettingsChange{}, answer: wire.Settings{},
		},
		{
			method: put, pattern: "/api/v1/distribution", access: may(permission.SettingsManage), handle: h.putDistribution,
			status: done, summary: "How conversations find their operator", body: wire.DistributionChange{}, answer: wire.Distribution{},
		},

		{
			method: get, pattern: "/api/v1/conversations", access: may(permission.ConversationRead), handle: h.listConversations,
			status: done, summary: "A list of the inbox", answer: wire.List[wire.Conversation]{}, query: wire.ConversationQuery{},
		},
		{
			method: get, pattern: "/api/v1/conversations/counts", access: may(permission.ConversationRead), handle: h.getCounts,
			status: done, summary: "The figures of the inbox", answer: wire.Counts{},
		},
		{
			method: get, pattern: conversation, access: may(permission.ConversationRead), handle: h.getConversation,
			status: done, summary: "A conversation", answer: wire.Conversation{},
		},
		{
			method: get, pattern: conversation + "/messages", access: may(permission.ConversationRead), handle: h.listMessages,
			status: done, summary: "Messages, the newest page first", answer: wire.List[wire.Message]{}, query: wire.Page{},
		},
		{
			method: get, pattern: message, access: may(permission.ConversationRead), handle: h.getMessage,
			status: done, summary: "A message", answer: wire.Message{},
		},
		{
			method: get, pattern: message + "/attachments/{attachmentId}", access: may(permission.ConversationRead), handle: h.getAttachment,
			status: http.StatusFound, summary: "Leads on to a file", query: wire.AttachmentQuery{},
		},
		{
			method: get, pattern: conversation + "/events", access: may(permission.ConversationRead), handle: h.listEvents,
			status: done, summary: "The timeline, the newest page first", answer: wire.List[wire.Event]{}, query: wire.Page{},
		},
		{
			method: post, pattern: conversation + "/messages", access: may(permission.ConversationReply), handle: h.postMessage,
			status: made, summary: "Answer", body: wire.NewMessage{}, answer: wire.Message{},
		},
		{
			method: post, pattern: message + "/retry", access: may(permission.ConversationReply), handle: h.retryMessage,
			status: done, summary: "Send a failed message again", answer: wire.Message{},
		},
		{
			method: post, pattern: "/api/v1/uploads", access: may(permission.ConversationReply), handle: h.createUpload,
			status: made, summary: "Announce a file", body: wire.NewUpload{}, answer: wire.Upload{}, creates: true,
		},
		{
			method: post, pattern: conversation + "/assign", access: may(permission.ConversationAssign), handle: h.assign,
			status: done, summary: "Give to an operator or to the pool", body: wire.Assignment{}, answer: wire.Conversation{},
		},
		{
			method: post, pattern: conversation + "/resolve", access: may(permission.ConversationResolve), handle: h.does(Desk.Resolve),
			status: done, summary: "Close", answer: wire.Conversation{},
		},
		{
			method: post, pattern: conversation + "/reopen", access: may(permission.ConversationResolve), handle: h.does(Desk.Reopen),
			status: done, summary: "Take up again", answer: wire.Conversation{},
		},
		{
			method: post, pattern: conversation + "/pending", access: may(permission.ConversationResolve), handle: h.does(Desk.SetPending),
			status: done, summary: "Put aside until the contact writes", answer: wire.Conversation{},
		},
		{
			method: post, pattern: conversation + "/read", access: may(permission.ConversationReply), handle: h.read,
			status: done, summary: "Mark as read", body: wire.ReadMark{}, answer: wire.Conversation{},
		},
		{
			method: post, pattern: conversation + "/unread", access: may(permission.ConversationReply), handle: h.unread,
			status: done, summary: "Mark as unread", answer: wire.Conversation{},
		},

		{
			method: get, pattern: "/api/v1/contacts", access: may(permission.ContactRead), handle: h.listContacts,
			status: done, summary: "Search contacts", answer: wire.List[wire.Contact]{}, query: wire.ContactQuery{},
		},
		{
			method: get, pattern: "/api/v1/contacts/{id}", access: may(permission.ContactRead), handle: h.getContact,
			status: done, summary: "A contact", answer: wire.Contact{},
		},
		{
			method: patch, pattern: "/api/v1/contacts/{id}", access: may(permission.ContactEdit), handle: h.patchContact,
			status: done, summary: "Change a contact", body: wire.ContactChange{}, answer: wire.Contact{},
		},
		{
			method: get, pattern: "/api/v1/contacts/{id}/conversations", access: may(permission.ConversationRead), handle: h.listContactConversations,
			status: done, summary: "A contact's conversations, newest first", answer: wire.List[wire.Conversation]{}, query: wire.Page{},
		},
	}
}

package api

import (
	"context"
	"net/http"

	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/rules/permission"
)

// access is what a route asks of its caller: a permission, or one of the two below.
type access string

const (
	public   access = "public"    // anybody
	signedIn access = "signed in" // any operator, whatever their role
)

// route is one line of the table. Nothing is answered that is not in it.
type route struct {
	method  string
	pattern string
	access  access
	handle  func(context.Context, *call) (httpapi.Response, error)
	status  int    // of the usual answer
	summary string // for the published description
	body    string // the schema of the request, if it has one
	answer  string // the schema of the answer, if it has one
	query   string // the query parameters, by name, separated by spaces
	creates bool   // takes an Idempotency-Key
}

const (
	get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete

	done     = http.StatusOK
	made     = http.StatusCreated
	accepted = http.StatusAccepted
	nothing  = http.StatusNoContent

	paging = "limit cursor"
)

// may asks for a permission.
func may(p permission.Permission) access { return access(p) }

// routes is the whole of the API.
func (h *Handler) routes() []route {
	conversation := "/api/v1/conversations/{id}"
	message := conversation + "/messages/{messageId}"
	return []route{
		{get, healthPath, public, health, done, "Whether the service answers", "", "Health", "", false},
		{get, "/api/v1/openapi.json", public, h.describe, done, "This description", "", "", "", false},

		{post, "/api/v1/auth/sign-up", public, h.signUp, made, "Make an account and its owner", "SignUp", "SignedIn", "", false},
		{post, "/api/v1/auth/sign-in", public, h.signIn, done, "Begin a session", "SignIn", "SignedIn", "", false},
		{post, "/api/v1/auth/sign-out", public, h.signOut, nothing, "End the session", "", "", "", false},
		{post, "/api/v1/auth/verify", public, h.verify, nothing, "Prove an e-mail address", "Token", "", "", false},
		{post, "/api/v1/auth/verify/resend", signedIn, h.resendVerification, accepted, "Mail another link", "", "Empty", "", false},
		{post, "/api/v1/auth/forgot", public, h.forgot, accepted, "Mail a link to set a new password", "Forgot", "Empty", "", false},
		{post, "/api/v1/auth/reset", public, h.reset, nothing, "Set a new password", "Reset", "", "", false},

		{get, "/api/v1/sessions", signedIn, h.listSessions, done, "Where the caller is signed in", "", "SessionList", "", false},
		{del, "/api/v1/sessions/{id}", signedIn, h.deleteSession, nothing, "End one of the caller's sessions", "", "", "", false},
		{post, "/api/v1/socket-tickets", signedIn, h.createSocketTicket, made, "Open one socket", "", "SocketTicket", "", false},

		{get, "/api/v1/me", signedIn, h.getMe, done, "Who the caller is", "", "Me", "", false},
		{patch, "/api/v1/me", may(permission.ProfileEdit), h.patchMe, done, "Change one's own profile", "MeChange", "Me", "", false},
		{put, "/api/v1/me/availability", may(permission.ProfileEdit), h.putAvailability, done, "Take conversations, or not", "AvailabilityChange", "Operator", "", false},
		{put, "/api/v1/me/password", may(permission.ProfileEdit), h.putPassword, nothing, "Change one's own password", "PasswordChange", "", "", false},

		{get, "/api/v1/operators", may(permission.OperatorRead), h.listOperators, done, "The account's operators", "", "OperatorList", "", false},
		{post, "/api/v1/operators", may(permission.OperatorManage), h.createOperator, made, "Add an operator", "NewOperator", "Operator", "", true},
		{patch, "/api/v1/operators/{id}", may(permission.OperatorManage), h.patchOperator, done, "Change an operator", "OperatorChange", "Operator", "", false},

		{get, "/api/v1/stores", may(permission.StoreRead), h.listStores, done, "The account's stores", "", "StoreList", "", false},
		{post, "/api/v1/stores", may(permission.StoreManage), h.createStore, made, "Add a store", "NewStore", "Store", "", true},

		{get, "/api/v1/channels", may(permission.ChannelRead), h.listChannels, done, "The connected channels", "", "ChannelList", "", false},
		{post, "/api/v1/channels", may(permission.ChannelManage), h.createChannel, made, "Connect a channel", "NewChannel", "Channel", "", true},
		{get, "/api/v1/channels/{id}", may(permission.ChannelRead), h.getChannel, done, "A channel", "", "Channel", "", false},
		{patch, "/api/v1/channels/{id}", may(permission.ChannelManage), h.patchChannel, done, "Change or reconnect a channel", "ChannelChange", "Channel", "", false},
		{del, "/api/v1/channels/{id}", may(permission.ChannelManage), h.deleteChannel, nothing, "Disconnect a channel", "", "", "", false},

		{get, "/api/v1/channels/{id}/templates", may(permission.ConversationRead), h.listTemplates, done, "What the channel's provider approved beforehand", "", "TemplateList", "status q " + paging, false},
		{post, "/api/v1/channels/{id}/templates/sync", may(permission.ChannelManage), h.syncTemplates, accepted, "Read the templates from the provider", "", "Empty", "", false},

		{get, "/api/v1/capabilities", may(permission.ConversationRead), h.listCapabilities, done, "What the kinds of channels can do", "", "CapabilitiesList", "", false},

		{get, "/api/v1/settings", may(permission.SettingsRead), h.getSettings, done, "The account's settings", "", "Settings", "", false},
		{patch, "/api/v1/settings", may(permission.SettingsManage), h.patchSettings, done, "Change the settings", "SettingsChange", "Settings", "", false},
		{put, "/api/v1/distribution", may(permission.SettingsManage), h.putDistribution, done, "How conversations find their operator", "Distribution", "Distribution", "", false},

		{get, "/api/v1/conversations", may(permission.ConversationRead), h.listConversations, done, "A list of the inbox", "", "ConversationList", "status assignee channelId storeId q sort " + paging, false},
		{get, "/api/v1/conversations/counts", may(permission.ConversationRead), h.getCounts, done, "The figures of the inbox", "", "Counts", "", false},
		{get, conversation, may(permission.ConversationRead), h.getConversation, done, "A conversation", "", "Conversation", "", false},
		{get, conversation + "/messages", may(permission.ConversationRead), h.listMessages, done, "Messages, the newest page first", "", "MessageList", paging, false},
		{get, message, may(permission.ConversationRead), h.getMessage, done, "A message", "", "Message", "", false},
		{get, message + "/attachments/{attachmentId}", may(permission.ConversationRead), h.getAttachment, http.StatusFound, "Leads on to a file", "", "", "download", false},
		{get, conversation + "/events", may(permission.ConversationRead), h.listEvents, done, "The timeline, the newest page first", "", "EventList", paging, false},
		{post, conversation + "/messages", may(permission.ConversationReply), h.postMessage, made, "Answer", "NewMessage", "Message", "", false},
		{post, message + "/retry", may(permission.ConversationReply), h.retryMessage, done, "Send a failed message again", "", "Message", "", false},
		{post, "/api/v1/uploads", may(permission.ConversationReply), h.createUpload, made, "Announce a file", "NewUpload", "Upload", "", true},
		{post, conversation + "/assign", may(permission.ConversationAssign), h.assign, done, "Give to an operator or to the pool", "Assignment", "Conversation", "", false},
		{post, conversation + "/resolve", may(permission.ConversationResolve), h.does(h.Desk.Resolve), done, "Close", "", "Conversation", "", false},
		{post, conversation + "/reopen", may(permission.ConversationResolve), h.does(h.Desk.Reopen), done, "Take up again", "", "Conversation", "", false},
		{post, conversation + "/pending", may(permission.ConversationResolve), h.does(h.Desk.SetPending), done, "Put aside until the contact writes", "", "Conversation", "", false},
		{post, conversation + "/read", may(permission.ConversationReply), h.read, done, "Mark as read", "ReadMark", "Conversation", "", false},
		{post, conversation + "/unread", may(permission.ConversationReply), h.unread, done, "Mark as unread", "", "Conversation", "", false},

		{get, "/api/v1/contacts", may(permission.ContactRead), h.listContacts, done, "Search contacts", "", "ContactList", "q " + paging, false},
		{get, "/api/v1/contacts/{id}", may(permission.ContactRead), h.getContact, done, "A contact", "", "Contact", "", false},
		{patch, "/api/v1/contacts/{id}", may(permission.ContactEdit), h.patchContact, done, "Change a contact", "ContactChange", "Contact", "", false},
		{get, "/api/v1/contacts/{id}/conversations", may(permission.ConversationRead), h.listContactConversations, done, "A contact's conversations, newest first", "", "ConversationList", paging, false},
	}
}

package stack

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/recado-chat/recado/infra/local/cognito"
	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/local/kms"
	"github.com/recado-chat/recado/infra/local/mailbox"
	"github.com/recado-chat/recado/infra/local/s3"
	"github.com/recado-chat/recado/infra/local/sim"
	"github.com/recado-chat/recado/infra/local/sim/telegram"
	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/local/sqs"
	"github.com/recado-chat/recado/infra/local/ssm"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/dynamo"
)

// tables are the stack's names of the four tables.
var tables = dynamo.Tables{Directory: "local-directory", Desk: "local-desk", Ledger: "local-ledger", Live: "local-live"}

func tableName(t topology.Table) string { return "local-" + string(t) }

func bucketName(b topology.Bucket) string { return "local-" + string(b) }

func parameterName(secret topology.Secret) string { return "/recado/local/" + secret.Name }

// signingKey signs the stack's cursors and uploads. Only the stack's owner can reach it.
const signingKey = "local-signing-key"

// mailFrom is the sender of the stack's mails.
const mailFrom = "Recado <no-reply@recado.example>"

// values are what the topology's environments stand for here.
func (s *Stack) values() topology.Values {
	v := topology.Values{
		Tables:   make(map[topology.Table]string),
		Buckets:  make(map[topology.Bucket]string),
		QueueURL: func(name string) string { return s.awsURL() + "/" + sqs.Account + "/" + name },
		Secret:   parameterName,
		Resource: map[string]string{
			"SOCKET_ENDPOINT": s.awsURL(), "SECRET_KEY_ID": "local", "USER_POOL_ID": "local", "USER_POOL_CLIENT_ID": "local",
			topology.WebhookURL: s.URL + "/webhooks",
		},
		Settings: s.settings(),
	}
	for _, table := range topology.Tables {
		v.Tables[table] = tableName(table)
	}
	for _, bucket := range topology.Buckets {
		v.Buckets[bucket] = bucketName(bucket)
	}
	return v
}

func (s *Stack) awsURL() string { return "http://" + s.aws.Addr().String() }

// settings are the providers', pointed at their simulators unless the options say otherwise, and the sender of mails.
func (s *Stack) settings() map[string]string {
	settings := topology.ProviderSettings()
	maps.Copy(settings, map[string]string{
		"GRAPH_URL": s.URL + "/graph", "TELEGRAM_URL": s.URL + "/telegram", topology.MailFrom: mailFrom,
	})
	for key := range topology.ProviderSettings() {
		settings[key] = cmp.Or(s.options.Providers[key], settings[key])
	}
	return settings
}

// secretOf is a secret of a provider: what the options say, or its value on the local stack.
func (s *Stack) secretOf(name string) string {
	for _, definition := range all.Definitions() {
		for _, secret := range definition.Secrets {
			if secret.Name == name {
				return cmp.Or(s.options.Secrets[strings.TrimSuffix(secret.Env, "_NAME")], secret.Local)
			}
		}
	}
	return ""
}

// endpoints point the SDK at the stand-ins, by the names every AWS SDK knows.
func (s *Stack) endpoints() map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL":          s.awsURL(),
		"AWS_ENDPOINT_URL_DYNAMODB": s.Engine.URL,
		"AWS_ENDPOINT_URL_S3":       "http://" + s.storage.Addr().String(),
	}
}

// openServices opens the stand-ins of SQS, S3, SES, Cognito, KMS and SSM.
func (s *Stack) openServices(context.Context) (err error) {
	if s.Queues, err = sqs.Open(s.path("queues.db"), s.Clock.Now, queues()); err != nil {
		return fmt.Errorf("open the queues: %w", err)
	}
	s.onStop(func() { _ = s.Queues.Close() })
	if s.objects, err = s3.Open(s3.Options{
		File: s.path("objects.db"), Buckets: []string{bucketName(topology.Media), bucketName(topology.Inbound)},
		Region: engine.Region, AccessKey: engine.AccessKey, SecretKey: engine.SecretKey,
		Origins: []string{s.URL, strings.Replace(s.URL, "127.0.0.1", "localhost", 1)}, Now: boot.Now,
	}); err != nil {
		return fmt.Errorf("open the objects: %w", err)
	}
	s.onStop(func() { _ = s.objects.Close() })
	if s.Mail, err = mailbox.Open(mailbox.Options{File: s.path("mail.db"), Now: s.Clock.Now}); err != nil {
		return fmt.Errorf("open the mail box: %w", err)
	}
	s.onStop(func() { _ = s.Mail.Close() })
	openUsers := cognito.Open
	if s.options.WeakPasswords {
		openUsers = cognito.OpenWeak
	}
	if s.users, err = openUsers(s.path("users.db")); err != nil {
		return fmt.Errorf("open the users: %w", err)
	}
	s.onStop(func() { _ = s.users.Close() })
	if s.keys, err = kms.Open(s.path("key")); err != nil {
		return fmt.Errorf("open the key: %w", err)
	}
	return nil
}

// queues are the topology's, with their dead letters.
func queues() []sqs.Queue {
	list := []sqs.Queue{
		{Name: topology.DeadLetters, Rests: true}, {Name: topology.DeadLettersStandard}, {Name: topology.DeadLettersFIFO, FIFO: true},
	}
	for _, q := range topology.Queues {
		list = append(list, sqs.Queue{Name: q.Name, FIFO: q.FIFO, Visibility: q.Visibility(), MaxReceive: q.MaxReceive, DeadLetter: q.Dead()})
	}
	return list
}

// openSimulators opens the simulated providers. To add one, add a line to the list.
func (s *Stack) openSimulators(context.Context) error {
	for _, open := range []func() (sim.Simulator, error){s.openWhatsApp, s.openTelegram} {
		simulator, err := open()
		if err != nil {
			return err
		}
		s.simulators = append(s.simulators, simulator)
		s.onStop(func() { _ = simulator.Close() })
	}
	return nil
}

func (s *Stack) openWhatsApp() (_ sim.Simulator, err error) {
	s.Phone, err = whatsapp.New(whatsapp.Options{
		DataDir: s.path("sim/whatsapp"), WebhookURL: s.URL + "/webhooks/whatsapp",
		AppSecret: first(s.secretOf("meta-app-secret")), VerifyToken: first(s.secretOf("meta-verify-token")), AccessToken: "local-access-token",
		Now: s.Clock.Now, Statuses: s.options.Statuses, Log: s.log,
	})
	return s.Phone, err
}

func (s *Stack) openTelegram() (_ sim.Simulator, err error) {
	s.Telegram, err = telegram.New(telegram.Options{DataDir: s.path("sim/telegram"), Now: s.Clock.Now, Log: s.log})
	return s.Telegram, err
}

func first(list string) string {
	value, _, _ := strings.Cut(list, ",")
	return strings.TrimSpace(value)
}

// awsHandler tells the services of the one loopback endpoint apart by what their protocols say.
func (s *Stack) awsHandler() http.Handler {
	values := map[string]string{parameterName(topology.SigningKey): signingKey, parameterName(topology.PublicURL): s.URL}
	for _, secret := range topology.ProviderSecrets() {
		values[parameterName(secret)] = s.secretOf(secret.Name)
	}
	parameters := ssm.New(values)
	queues, management := s.Queues.Handler(), s.Socket.Management()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		service, _, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		switch {
		case service == "AmazonSQS":
			queues.ServeHTTP(w, r)
		case service == "TrentService":
			s.keys.ServeHTTP(w, r)
		case service == "AmazonSSM":
			parameters.ServeHTTP(w, r)
		case service == "AWSCognitoIdentityProviderService":
			s.users.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, "/v2/email/"):
			s.Mail.ServeHTTP(w, r)
		case strings.Contains(r.URL.Path, "/@connections/"):
			management.ServeHTTP(w, r)
		default:
			http.Error(w, "no such service", http.StatusNotFound)
		}
	})
}

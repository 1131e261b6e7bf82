package cognito_test

import (
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"github.com/recado-chat/recado/infra/local/cognito"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/identity"
)

const (
	ana      = "ana@example.com"
	password = "correct horse"
)

// pool serves a user pool over HTTP and gives the port on the SDK's real client.
func pool(t *testing.T, path string) (*identity.Cognito, func()) {
	t.Helper()
	server, err := cognito.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := httptest.NewServer(server)
	client := cognitoidentityprovider.NewFromConfig(aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		BaseEndpoint: aws.String(endpoint.URL),
	})
	port, err := identity.NewCognito(client, "pool", "client")
	if err != nil {
		t.Fatal(err)
	}
	return port, func() {
		endpoint.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}
}

func open(t *testing.T) *identity.Cognito {
	t.Helper()
	port, closed := pool(t, filepath.Join(t.TempDir(), "users"))
	t.Cleanup(closed)
	return port
}

func wantFault(t *testing.T, err error, code fault.Code, reason string) {
	t.Helper()
	if !fault.Is(err, code) || fault.Reason(err) != reason {
		t.Errorf("got %v (reason %q), want %s with reason %q", err, fault.Reason(err), code, reason)
	}
}

func TestIdentity(t *testing.T) {
	t.Parallel()

	t.Run("a person who was created is known by the same subject when the password is checked", func(t *testing.T) {
		t.Parallel()
		port, ctx := open(t), t.Context()
		created, err := port.Create(ctx, ana, password)
		if err != nil || created == "" {
			t.Fatalf("create: %q, %v", created, err)
		}
		checked, err := port.Check(ctx, "Ana@Example.com", password)
		if err != nil || checked != created {
			t.Errorf("check: %q, %v; want %q", checked, err, created)
		}
	})

	t.Run("a wrong password and an unknown address are the same answer", func(t *testing.T) {
		t.Parallel()
		port, ctx := open(t), t.Context()
		if _, err := port.Create(ctx, ana, password); err != nil {
			t.Fatal(err)
		}
		_, wrong := port.Check(ctx, ana, "another password")
		_, unknown := port.Check(ctx, "nobody@example.com", password)
		wantFault(t, wrong, fault.Unauthenticated, "wrong_credentials")
		wantFault(t, unknown, fault.Unauthenticated, "wrong_credentials")
		if wrong.Error() != unknown.Error() {
			t.Errorf("%q differs from %q", wrong, unknown)
		}
	})

	t.Run("an address is taken once, whatever its case", func(t *testing.T) {
		t.Parallel()
		port, ctx := open(t), t.Context()
		if _, err := port.Create(ctx, ana, password); err != nil {
			t.Fatal(err)
		}
		_, err := port.Create(ctx, "ANA@example.com", password)
		wantFault(t, err, fault.Conflict, identity.ReasonExists)
	})

	t.Run("a weak password creates nobody", func(t *testing.T) {
		t.Parallel()
		port, ctx := open(t), t.Context()
		_, err := port.Create(ctx, ana, "short")
		wantFault(t, err, fault.Invalid, "weak_password")
		if fault.As(err).Field != "password" {
			t.Errorf("field is %q", fault.As(err).Field)
		}
		if _, err := port.Create(ctx, ana, password); err != nil {
			t.Errorf("create after the refusal: %v", err)
		}
	})

	t.Run("a new password replaces the old one", func(t *testing.T) {
		t.Parallel()
		port, ctx := open(t), t.Context()
		if _, err := port.Create(ctx, ana, password); err != nil {
			t.Fatal(err)
		}
		if err := port.SetPassword(ctx, ana, "battery staple"); err != nil {
			t.Fatal(err)
		}
		_, err := port.Check(ctx, ana, password)
		wantFault(t, err, fault.Unauthenticated, "wrong_credentials")
		if _, err := port.Check(ctx, ana, "battery staple"); err != nil {
			t.Error(err)
		}
	})

	t.Run("a person may be deleted twice and created again", func(t *testing.T) {
		t.Parallel()
		port, ctx := open(t), t.Context()
		if _, err := port.Create(ctx, ana, password); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := port.Delete(ctx, ana); err != nil {
				t.Fatal(err)
			}
		}
		_, err := port.Check(ctx, ana, password)
		wantFault(t, err, fault.Unauthenticated, "wrong_credentials")
		if _, err := port.Create(ctx, ana, password); err != nil {
			t.Error(err)
		}
	})

	t.Run("people are still there after a restart", func(t *testing.T) {
		t.Parallel()
		path, ctx := filepath.Join(t.TempDir(), "users"), t.Context()
		port, closed := pool(t, path)
		created, err := port.Create(ctx, ana, password)
		if err != nil {
			t.Fatal(err)
		}
		closed()
		port, closed = pool(t, path)
		defer closed()
		if checked, err := port.Check(ctx, ana, password); err != nil || checked != created {
			t.Errorf("check: %q, %v; want %q", checked, err, created)
		}
	})

	t.Run("a pool that does not answer is unavailable", func(t *testing.T) {
		t.Parallel()
		port, closed := pool(t, filepath.Join(t.TempDir(), "users"))
		closed()
		_, err := port.Check(t.Context(), ana, password)
		wantFault(t, err, fault.Unavailable, "identity_unavailable")
	})
}

using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Requests;

/// <summary>Errors that several stores have.</summary>
internal static class StoreErrors
{
    public const string Missing = "store.object_missing";
    public const string Truncated = "store.object_truncated";
    public const string Replaced = "store.object_changed";
    public const string UploadGone = "store.upload_gone";
    public const string NotSupported = "store.not_supported";

    public static CorruptTableException ObjectMissing(Location location, Exception? answer) =>
        new(Missing, $"There is no object '{location}'. Check the address; if the table was moved, its metadata may still name the old place.", answer);

    public static CorruptTableException LengthWrong(Location location, long length, long expected) => new("store.length_wrong",
        $"'{location}' has {length:N0} bytes, but the table's metadata says {expected:N0}. The file was replaced or cut; restore it.");

    public static EnvironmentException Damaged(string said, Exception answer) => new("store.body_damaged",
        $"{said} What was sent did not arrive as it was. Check the network, then run the command again.", answer)
    { IsTransient = true };

    public static EnvironmentException NotKnown(string said, Exception answer) => new(NotSupported,
        $"{said} The store cannot do this. Use another one, or set nothing that it does not know.", answer);

    public static EnvironmentException WrittenWrong(Location location, long length, long expected) => new("store.write_broken",
        $"'{location}' has {length:N0} bytes in the store, or other ones, and {expected:N0} bytes were to be there: it was damaged on the way or somebody else writes there. Delete it, then run the command again.");

    public static EnvironmentException Broken(Location location, Exception error) => new("store.connection_lost",
        $"The connection broke while '{location}' was read: {error.Message} Check the network, then run the command again.", error)
    { IsTransient = true };

    /// <param name="said">What the store answered.</param>
    /// <param name="answer">The same.</param>
    /// <param name="retryAfter">When it wants to be asked again; null when it does not say.</param>
    public static EnvironmentException Throttled(string said, Exception answer, TimeSpan? retryAfter) => new("store.throttled",
        $"{said} The store asks for fewer requests; use a smaller --max-requests or try later.", answer)
    { IsTransient = true, IsOverload = true, RetryAfter = retryAfter };

    public static EnvironmentException Changed(Location location) => new(Replaced,
        $"'{location}' was replaced while it was read. Run the command again.")
    { IsTransient = true };
}

using BulkMover.Core.Stores;

namespace BulkMover.Testing.Stores;

/// <summary>A directory of its own for one test, gone with it.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory("bulkmover-").FullName;

    public Location Location => Location.OnDisk(FullName);

    public string PathOf(string name) => Path.Combine(FullName, name);

    public Location LocationOf(string name) => Location.OnDisk(PathOf(name));

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}

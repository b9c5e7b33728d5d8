using BulkMover.Core.Stores;

namespace BulkMover.Testing.Stores;

/// <summary>A directory of its own for one test, gone with it.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory("bulkmover-").FullName;

    public Location Location => Location.OnDisk(FullName);

    /// <summary>The full path of a file below; its directories are made.</summary>
    public string PathOf(string name)
    {
        string path = Path.Combine(FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    public Location LocationOf(string name) => Location.OnDisk(PathOf(name));

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
